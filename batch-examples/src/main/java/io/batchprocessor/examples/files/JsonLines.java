package io.batchprocessor.examples.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.batchprocessor.message.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The lines that a run writes, and what a later run has to know of them. */
final class JsonLines {

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .build();

  static final String ID = "id";
  static final String CUSTOM_ID = "custom_id";
  private static final String LINE = "line";
  private static final String REASON = "reason";

  private JsonLines() {}

  /** Writes one line of JSON. */
  @FunctionalInterface
  interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  static Bytes write(Content content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      content.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return Bytes.wrap(out.toByteArray());
  }

  /** A line of the input that nobody can be told about. */
  static Bytes rejected(long line, String reason) {
    return write(
        json -> {
          json.writeNumberField(LINE, line);
          json.writeStringField(REASON, reason);
        });
  }

  /** The line's number in what {@link #rejected} wrote; empty if it did not write this. */
  static OptionalLong rejectedLine(Bytes begin) {
    try (JsonParser json = parser(begin)) {
      return json.nextToken() == JsonToken.START_OBJECT
              && LINE.equals(json.nextFieldName())
              && json.nextToken() == JsonToken.VALUE_NUMBER_INT
          ? OptionalLong.of(json.getLongValue())
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The id of the request that a result in the output answers; empty if it is no result. */
  static Optional<String> answeredId(Bytes begin) {
    try (JsonParser json = parser(begin)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      String id = string(json, ID);
      String customId = id == null ? null : string(json, CUSTOM_ID);
      return Optional.ofNullable(customId == null ? id : customId);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The text of the next field, if it has this name. */
  private static @Nullable String string(JsonParser json, String field) throws IOException {
    return field.equals(json.nextFieldName()) && json.nextToken() == JsonToken.VALUE_STRING
        ? json.getText()
        : null;
  }

  static JsonParser parser(Bytes text) throws IOException {
    return FACTORY.createParser(text.toByteArray());
  }
}
