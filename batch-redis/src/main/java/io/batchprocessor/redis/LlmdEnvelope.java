package io.batchprocessor.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.batchprocessor.message.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as llm-d-async keeps it in its sorted sets:
 *
 * <pre>{@code
 * {"internal": {"retry_count": 1, ...}, "request_kind": "redis", "data": {"id": "r-1", ...}}
 * }</pre>
 *
 * <p>Its {@code data} is a request as this project reads it too. All else is kept byte for byte.
 *
 * @param whole the member
 * @param internalFrom where its internal part begins; -1 if there is none
 * @param internalTo where it ends
 * @param data the request
 * @param retryCount attempts before this one
 * @param requestToken tells one submission of an id from the next; empty if there is none
 * @param resultQueue where the result is to go; empty if the configuration decides
 */
record LlmdEnvelope(
    Bytes whole,
    int internalFrom,
    int internalTo,
    Bytes data,
    int retryCount,
    String requestToken,
    String resultQueue) {

  private static final JsonFactory JSON = new JsonFactory();

  /** Reads a member; empty if it is not such an envelope. */
  static Optional<LlmdEnvelope> parse(Bytes member) {
    try (JsonParser json = JSON.createParser(member.toByteArray())) {
      return json.nextToken() == JsonToken.START_OBJECT
          ? new Reading(member).read(json)
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      // Whatever it is, the engine says what is wrong with it.
      return Optional.empty();
    }
  }

  /** The same for another attempt. */
  Bytes retried(int attempts, String requestQueue) {
    byte[] before = whole.toByteArray();
    byte[] internal = internalWith(before, attempts, requestQueue);
    ByteArrayOutputStream out = new ByteArrayOutputStream(before.length + internal.length);
    if (internalFrom < 0) {
      int open = whole.toUtf8().indexOf('{') + 1;
      out.write(before, 0, open);
      out.writeBytes(Keys.utf8("\"internal\":"));
      out.writeBytes(internal);
      out.write(',');
      out.write(before, open, before.length - open);
    } else {
      out.write(before, 0, internalFrom);
      out.writeBytes(internal);
      out.write(before, internalTo, before.length - internalTo);
    }
    return Bytes.wrap(out.toByteArray());
  }

  private byte[] internalWith(byte[] before, int attempts, String requestQueue) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(out)) {
      to.writeStartObject();
      to.writeNumberField("retry_count", attempts);
      to.writeStringField("request_queue_name", requestQueue);
      if (internalFrom >= 0) {
        try (JsonParser from = JSON.createParser(before, internalFrom, internalTo - internalFrom)) {
          from.nextToken();
          while (from.nextToken() == JsonToken.FIELD_NAME) {
            String name = from.currentName();
            if (name.equals("retry_count") || name.equals("request_queue_name")) {
              from.nextToken();
              from.skipChildren();
            } else {
              to.copyCurrentStructure(from);
            }
          }
        }
      }
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** What was found so far. */
  private static final class Reading {
    private final Bytes member;
    private int internalFrom = -1;
    private int internalTo = -1;
    private @Nullable Bytes data;
    private int retryCount;
    private String requestToken = "";
    private String resultQueue = "";
    private String dataResultQueue = "";

    Reading(Bytes member) {
      this.member = member;
    }

    Optional<LlmdEnvelope> read(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
        int from = Math.toIntExact(json.currentTokenLocation().getByteOffset());
        if (isObject && name.equals("internal")) {
          readInternal(json);
          internalFrom = from;
          internalTo = Math.toIntExact(json.currentLocation().getByteOffset());
        } else if (isObject && name.equals("data")) {
          readData(json);
          data = member.slice(from, Math.toIntExact(json.currentLocation().getByteOffset()));
        } else {
          json.skipChildren();
        }
      }
      Bytes request = data;
      return request == null
          ? Optional.empty()
          : Optional.of(
              new LlmdEnvelope(
                  member,
                  internalFrom,
                  internalTo,
                  request,
                  retryCount,
                  requestToken,
                  resultQueue.isEmpty() ? dataResultQueue : resultQueue));
    }

    private void readInternal(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("retry_count") && value == JsonToken.VALUE_NUMBER_INT) {
          retryCount = Math.max(0, Math.min(json.getIntValue(), Integer.MAX_VALUE - 1));
        } else if (name.equals("request_token") && value == JsonToken.VALUE_STRING) {
          requestToken = json.getText();
        } else if (name.equals("result_queue_name") && value == JsonToken.VALUE_STRING) {
          resultQueue = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }

    private void readData(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("result_queue_name") && value == JsonToken.VALUE_STRING) {
          dataResultQueue = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }
  }
}
