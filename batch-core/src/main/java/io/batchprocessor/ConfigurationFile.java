package io.batchprocessor;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.spi.InvalidSettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads a configuration in JSON, for {@link BatchProcessorBuilder#configure}. What it says of a
 * fault does not quote the file: it may hold secrets.
 */
public final class ConfigurationFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private ConfigurationFile() {}

  /**
   * The tree in a file: settings by key, nested or joined by dots, and the arrays {@code queues}
   * and {@code pools}.
   *
   * @throws InvalidSettingsException if there is none, or it can't be read
   */
  public static Map<String, Object> read(Path path) {
    try {
      Map<String, Object> tree = JSON.readValue(Files.readAllBytes(path), new TypeReference<>() {});
      if (tree == null) {
        throw fault(path, "must be a JSON object of settings");
      }
      return tree;
    } catch (JsonMappingException e) {
      throw fault(path, "must be a JSON object of settings");
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      throw fault(
          path,
          "not JSON at line %d, column %d; must be an object of settings"
              .formatted(where.getLineNr(), where.getColumnNr()));
    } catch (NoSuchFileException e) {
      throw fault(path, "no such file; must be a JSON file of settings");
    } catch (IOException e) {
      throw fault(path, "can't be read: " + e.getMessage());
    }
  }

  private static InvalidSettingsException fault(Path path, String fault) {
    return new InvalidSettingsException("config=%s: %s".formatted(path, fault));
  }
}
