package io.batchprocessor.examples.files;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lines in the format of the OpenAI Batch API (its guide "Batch API", sections 1 and 5): {@code
 * {"custom_id": ..., "method": "POST", "url": "/v1/...", "body": {...}}} is answered by {@code
 * {"id": ..., "custom_id": ..., "response": {"status_code", "request_id", "body"}, "error": null}},
 * or by a null {@code response} and an {@code error} with {@code code} and {@code message}.
 *
 * <p>Here a request that failed with an answer has both, so that nothing is lost. {@code
 * request_id} is what the gateway got as {@code Idempotency-Key}: the {@code custom_id}.
 */
final class OpenAiBatch {

  private static final String METHOD = "method";
  private static final String URL = "url";
  private static final String BODY = "body";
  private static final byte[] CUSTOM_ID_NAME = "\"custom_id\"".getBytes(StandardCharsets.UTF_8);

  private OpenAiBatch() {}

  /** Whether a line may be in this format: it has the name of the field somewhere. */
  static boolean mayBe(Bytes line) {
    int last = line.length() - CUSTOM_ID_NAME.length;
    for (int begin = 0; begin <= last; begin++) {
      int matched = 0;
      while (matched < CUSTOM_ID_NAME.length
          && line.at(begin + matched) == CUSTOM_ID_NAME[matched]) {
        matched++;
      }
      if (matched == CUSTOM_ID_NAME.length) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads a line.
   *
   * @param deadline until when its answer is of use: the format has no such field
   * @return null if the line is in our own format
   */
  static @Nullable Reading read(Bytes line, Instant deadline) {
    Fields fields = new Fields();
    try (JsonParser json = JsonLines.parser(line)) {
      fields.read(json, line);
    } catch (JsonProcessingException e) {
      fields.fault(
          "line: not JSON at byte %d; must be a JSON object"
              .formatted(e.getLocation() == null ? 0 : e.getLocation().getByteOffset()));
    } catch (IOException e) {
      fields.fault("line: not JSON; must be a JSON object");
    }
    return fields.ownId ? null : fields.reading(deadline);
  }

  /** What was read of a line so far. */
  private static final class Fields {
    private @Nullable String customId;
    private @Nullable String method;
    private @Nullable String url;
    private @Nullable Bytes body;
    private @Nullable String fault;
    private boolean ownId;

    void fault(String text) {
      if (fault == null) {
        fault = text;
      }
    }

    void read(JsonParser json, Bytes line) throws IOException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        fault("line: must be a JSON object");
        return;
      }
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken token = json.nextToken();
        switch (name) {
          case JsonLines.CUSTOM_ID -> customId = text(json, token, name, customId);
          case METHOD -> method = text(json, token, name, method);
          case URL -> url = text(json, token, name, url);
          case BODY -> body = object(json, token, line);
          case JsonLines.ID -> ownId = true;
          default -> {
            // Of no meaning here.
          }
        }
        json.skipChildren();
      }
      if (json.nextToken() != null) {
        fault("line: followed by something else; must be one JSON object alone");
      }
    }

    private @Nullable String text(
        JsonParser json, JsonToken token, String name, @Nullable String before) throws IOException {
      if (token != JsonToken.VALUE_STRING) {
        fault(name + ": must be a string");
        return before;
      }
      if (before != null) {
        fault(name + ": given twice; give it once");
        return before;
      }
      return json.getText();
    }

    /** The text of the object, byte for byte. */
    private @Nullable Bytes object(JsonParser json, JsonToken token, Bytes line)
        throws IOException {
      if (token != JsonToken.START_OBJECT || body != null) {
        fault(body == null ? "body: must be a JSON object" : "body: given twice; give it once");
        return body;
      }
      int begin = (int) json.currentTokenLocation().getByteOffset();
      json.skipChildren();
      return line.slice(begin, (int) json.currentLocation().getByteOffset());
    }

    Reading reading(Instant deadline) {
      String id = customId;
      if (id == null
          || id.isEmpty()
          || id.getBytes(StandardCharsets.UTF_8).length > RequestMessage.MAX_ID_BYTES) {
        return new Reading.Unusable(
            fault != null
                ? fault
                : "custom_id: must be a string of 1 to %d bytes in UTF-8"
                    .formatted(RequestMessage.MAX_ID_BYTES));
      }
      if (fault == null && !"POST".equals(method)) {
        fault("method: must be POST");
      }
      if (url == null) {
        fault("url: missing; must be a path on the gateway, such as '/v1/chat/completions'");
      }
      if (body == null) {
        fault("body: missing; must be a JSON object");
      }
      return fault == null && url != null && body != null
          ? request(id, url, body, deadline)
          : new Reading.Invalid(id, String.valueOf(fault));
    }

    private static Reading request(String id, String url, Bytes body, Instant deadline) {
      try {
        RequestMessage message =
            RequestMessage.builder(id).deadline(deadline).endpoint(url).payload(body).build();
        return new Reading.Request(id, message.toJson(), true);
      } catch (InvalidMessageException e) {
        String reason = String.valueOf(e.getMessage());
        return new Reading.Invalid(
            id, reason.replaceFirst("^endpoint:", URL + ":").replaceFirst("^payload:", BODY + ":"));
      }
    }
  }

  /** The line that answers a request. */
  static Bytes answer(ResultMessage result) {
    return JsonLines.write(
        json -> {
          begin(json, result.id());
          if (result.payload().isPresent() && result.statusCode().isPresent()) {
            json.writeObjectFieldStart("response");
            json.writeNumberField("status_code", result.statusCode().getAsInt());
            json.writeStringField("request_id", result.id());
            json.writeFieldName(BODY);
            json.writeRawValue(result.payload().get().toUtf8());
            json.writeEndObject();
          } else {
            json.writeNullField("response");
          }
          if (result.isSuccess()) {
            json.writeNullField("error");
          } else {
            error(json, code(result), result.error().orElse(""));
          }
        });
  }

  /** The line that answers what is no request. */
  static Bytes invalid(String customId, String fault) {
    return JsonLines.write(
        json -> {
          begin(json, customId);
          json.writeNullField("response");
          error(json, code(ErrorCode.INVALID_REQUEST), fault);
        });
  }

  private static void begin(JsonGenerator json, String customId) throws IOException {
    String unique =
        UUID.nameUUIDFromBytes(customId.getBytes(StandardCharsets.UTF_8))
            .toString()
            .replace("-", "");
    json.writeStringField(JsonLines.ID, "batch_req_" + unique);
    json.writeStringField(JsonLines.CUSTOM_ID, customId);
  }

  private static void error(JsonGenerator json, String code, String message) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", code);
    json.writeStringField("message", message);
    json.writeEndObject();
  }

  private static String code(ResultMessage result) {
    return code(result.errorCode().orElse(ErrorCode.INFERENCE_ERROR));
  }

  /** OpenAI's own names where it has one for the same thing. */
  private static String code(ErrorCode code) {
    return switch (code) {
      case DEADLINE_EXCEEDED -> "batch_expired";
      case CANCELLED -> "batch_cancelled";
      default -> code.name().toLowerCase(Locale.ROOT);
    };
  }
}
