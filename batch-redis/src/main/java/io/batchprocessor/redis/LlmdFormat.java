package io.batchprocessor.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages as llm-d-async writes them, so that its producers and consumers need no change.
 *
 * <p>Its results know two forms: an answer over HTTP has {@code status_code} and the body as {@code
 * payload}; anything else has {@code error_code}, {@code error_message} and, for old readers,
 * {@code {"error": ...}} as {@code payload}.
 *
 * <p>A request may name the list that its result goes to. A name that is no list in Redis, or that
 * the processor's own queues need, is refused, and never written to.
 *
 * <p>Retries have no place for attributes: notes with them are lost.
 */
final class LlmdFormat implements MessageFormat {

  private static final JsonFactory JSON = new JsonFactory();

  private final String defaultResultQueue;

  LlmdFormat(String defaultResultQueue) {
    this.defaultResultQueue = defaultResultQueue;
  }

  @Override
  public Read read(Bytes member, String queue) {
    Optional<LlmdEnvelope> envelope = LlmdEnvelope.parse(member);
    return envelope
        .map(
            wrapped ->
                new Read(
                    new Envelope(queue, wrapped.retryCount() + 1, null, Map.of(), wrapped.data()),
                    wrapped))
        .orElseGet(() -> new Read(new Envelope(queue, 1, null, Map.of(), member), null));
  }

  @Override
  public Step result(Result result) {
    @Nullable LlmdEnvelope envelope = Receipt.of(result.delivery()).envelope();
    String queue = envelope == null ? "" : envelope.resultQueue();
    return Step.result(
        result,
        "answer",
        List.of(
            Keys.utf8(result.message().id()),
            write(result.message()),
            Keys.utf8(queue.isEmpty() ? defaultResultQueue : queue),
            Keys.utf8(envelope == null ? "" : envelope.requestToken())));
  }

  @Override
  public Step retry(Retry retry) {
    @Nullable LlmdEnvelope envelope = Receipt.of(retry.delivery()).envelope();
    Bytes member =
        (envelope != null ? envelope : wrap(retry.delivery().body()))
            .retried(retry.attempt() - 1, retry.delivery().queue());
    return Step.retry(
        retry.delivery(),
        "foreign",
        List.of(BatchFormat.micros(retry.delay()), member.toByteArray()));
  }

  private static LlmdEnvelope wrap(Bytes request) {
    Bytes whole = Bytes.utf8("{\"request_kind\":\"plain\",\"data\":" + request.toUtf8() + "}");
    return new LlmdEnvelope(whole, -1, -1, request, 0, "", "");
  }

  private static byte[] write(ResultMessage result) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    @Nullable ErrorCode code = result.errorCode().orElse(null);
    boolean answered =
        result.statusCode().isPresent() && (code == null || code == ErrorCode.INFERENCE_ERROR);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("id", result.id());
      if (answered || code == null) {
        if (result.statusCode().isPresent()) {
          json.writeNumberField("status_code", result.statusCode().getAsInt());
        }
        json.writeStringField("payload", text(result.payload().orElse(Bytes.EMPTY)));
      } else {
        String reason = result.error().orElse(code.name());
        json.writeStringField("payload", errorPayload(reason));
        json.writeStringField("error_code", codeOf(code).name());
        json.writeStringField("error_message", reason);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The nearest of those that its readers know. */
  private static ErrorCode codeOf(ErrorCode code) {
    return code == ErrorCode.ABANDONED || code == ErrorCode.RESULT_REFUSED
        ? ErrorCode.INFERENCE_ERROR
        : code;
  }

  private static String errorPayload(String reason) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("error", reason);
      json.writeEndObject();
    }
    return Bytes.wrap(out.toByteArray()).toUtf8();
  }

  /** The body; one that was no JSON had become a JSON string on its way here. */
  private static String text(Bytes payload) throws IOException {
    String text = payload.toUtf8();
    if (text.startsWith("\"")) {
      try (JsonParser json = JSON.createParser(text)) {
        return json.nextToken() == JsonToken.VALUE_STRING ? json.getText() : text;
      }
    }
    return text;
  }
}
