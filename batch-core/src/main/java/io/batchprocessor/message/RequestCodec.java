package io.batchprocessor.message;

import java.time.Instant;
import java.util.Optional;

/** Requests from and to JSON. */
final class RequestCodec {

  /** Names, punctuation, two times with nanoseconds. */
  private static final int FRAME_BYTES = 128;

  private RequestCodec() {}

  static RequestMessage parse(Bytes json, int maxBytes) {
    Bytes text = Utf8.withoutMark(json);
    try {
      if (json.length() > maxBytes) {
        throw MessageReader.fault(
            "message: %d bytes are too many; must be at most %d (max-message-bytes)"
                .formatted(json.length(), maxBytes));
      }
      RequestFields fields = new RequestFields();
      MessageReader.read(text, fields);
      return RequestRules.check(fields.toMessage());
    } catch (InvalidMessageException e) {
      throw e.withId(IdFinder.find(text));
    }
  }

  static Bytes write(RequestMessage request) {
    String endpoint = request.endpoint().orElse("");
    Optional<Instant> created = request.created();
    JsonWriter writer =
        new JsonWriter(
            FRAME_BYTES
                + request.id().length()
                + endpoint.length()
                + request.payload().length()
                + JsonWriter.expectedBytes(request.metadata())
                + JsonWriter.expectedBytes(request.headers()));
    writer.string("id", request.id());
    if (created.isPresent()) {
      writer.raw("created", UnixTime.format(created.get()));
    }
    writer.raw("deadline", UnixTime.format(request.deadline()));
    writer.strings("metadata", request.metadata());
    writer.strings("headers", request.headers());
    if (!endpoint.isEmpty()) {
      writer.string("endpoint", endpoint);
    }
    writer.raw("payload", request.payload());
    return writer.finish();
  }
}
