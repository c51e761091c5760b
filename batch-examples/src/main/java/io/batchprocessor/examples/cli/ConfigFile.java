package io.batchprocessor.examples.cli;

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
 * Reads a configuration in JSON. What it says of a fault does not quote the file: it may hold
 * secrets.
 */
final class ConfigFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private ConfigFile() {}

  /**
   * The tree in a file.
   *
   * @throws InvalidSettingsException if there is none
   */
  static Map<String, Object> read(String path) {
    try {
      Map<String, Object> tree =
          JSON.readValue(Files.readAllBytes(Path.of(path)), new TypeReference<>() {});
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

  private static InvalidSettingsException fault(String path, String fault) {
    return new InvalidSettingsException(
        "%s=%s: %s".formatted(ProgramSettings.CONFIG.key(), path, fault));
  }
}
