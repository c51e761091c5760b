package io.batchprocessor.message;

import java.util.Optional;

/** Results from and to JSON. */
final class ResultCodec {

  /** Names, punctuation, the numbers and the longest error code. */
  private static final int FRAME_BYTES = 128;

  private ResultCodec() {}

  static ResultMessage parse(Bytes json) {
    Bytes text = Utf8.withoutMark(json);
    try {
      ResultFields fields = new ResultFields();
      MessageReader.read(text, fields);
      return fields.toMessage();
    } catch (InvalidMessageException e) {
      throw e.withId(IdFinder.find(text));
    }
  }

  static Bytes write(ResultMessage result) {
    Optional<Bytes> payload = result.payload();
    Optional<String> error = result.error();
    JsonWriter writer =
        new JsonWriter(
            FRAME_BYTES
                + result.id().length()
                + (payload.isPresent() ? payload.get().length() : 0)
                + (error.isPresent() ? error.get().length() : 0)
                + JsonWriter.expectedBytes(result.metadata()));
    writer.string("id", result.id());
    if (payload.isPresent()) {
      writer.raw("payload", payload.get());
    }
    if (error.isPresent()) {
      writer.string("error", error.get());
    }
    if (result.errorCode().isPresent()) {
      writer.string("error_code", result.errorCode().get().name());
    }
    if (result.statusCode().isPresent()) {
      writer.number("status_code", result.statusCode().getAsInt());
    }
    writer.number("attempts", result.attempts());
    writer.strings("metadata", result.metadata());
    return writer.finish();
  }

  /**
   * {@code body} itself if it is a JSON value that a result can carry, else its text as a JSON
   * string, with U+FFFD for what is no UTF-8.
   */
  static Bytes asJson(Bytes body) {
    if (JsonText.isFieldValue(body)) {
      return body;
    }
    return JsonWriter.quoted(Utf8.firstMalformed(body) < 0 ? body : Bytes.utf8(body.toUtf8()));
  }
}
