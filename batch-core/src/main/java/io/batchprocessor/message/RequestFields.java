package io.batchprocessor.message;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a request as they are read; null while they are absent. */
final class RequestFields implements MessageReader.Fields {

  private static final List<String> NAMES =
      List.of("id", "created", "deadline", "metadata", "headers", "endpoint", "payload");

  private @Nullable String id;
  private @Nullable Instant deadline;
  private @Nullable Bytes payload;
  private @Nullable Instant created;
  private @Nullable String endpoint;
  private StringMap metadata = StringMap.EMPTY;
  private StringMap headers = StringMap.EMPTY;

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public int read(String field, MessageReader value) {
    switch (field) {
      case "id" -> {
        id = value.string(RequestRules.ID_EXPECTED);
        return 1;
      }
      case "deadline" -> {
        deadline = time(field, value);
        return 1 << 1;
      }
      case "payload" -> {
        if (!value.isObject()) {
          throw value.wrongKind(RequestRules.PAYLOAD_EXPECTED);
        }
        payload = value.slice();
        return 1 << 2;
      }
      case "created" -> {
        created = value.isNull() ? null : time(field, value);
        return 1 << 3;
      }
      case "endpoint" -> {
        endpoint = value.isNull() ? null : value.string("must be a string");
        return 1 << 4;
      }
      case "metadata" -> {
        metadata = value.isNull() ? StringMap.EMPTY : value.strings();
        return 1 << 5;
      }
      case "headers" -> {
        headers = value.isNull() ? StringMap.EMPTY : value.strings();
        return 1 << 6;
      }
      default -> {
        return 0;
      }
    }
  }

  RequestMessage toMessage() {
    return new RequestMessage(
        RequestRules.present("id", id, RequestRules.ID_EXPECTED),
        RequestRules.present("deadline", deadline, UnixTime.EXPECTED),
        RequestRules.present("payload", payload, RequestRules.PAYLOAD_EXPECTED),
        created,
        endpoint,
        metadata,
        headers);
  }

  private static Instant time(String field, MessageReader value) {
    String text = value.numberOrString(UnixTime.EXPECTED);
    Instant time = UnixTime.parse(text);
    if (time == null) {
      throw MessageReader.fault(
          field + ": " + Quoted.of(text) + " is no time; " + UnixTime.EXPECTED);
    }
    return time;
  }
}
