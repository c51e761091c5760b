package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.ResponseTooLargeException;
import io.batchprocessor.spi.UnreadableResponseException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Says what the end of an exchange means: success, try again, or final. */
final class Answers {

  private Answers() {}

  static AttemptOutcome of(
      @Nullable InferenceResponse response,
      @Nullable Throwable failure,
      Duration latency,
      InstantSource clock) {
    return response == null ? failed(failure, latency) : answered(response, latency, clock);
  }

  /** We gave it up ourselves. */
  static AttemptOutcome aborted(Duration latency) {
    return aborted(latency, "aborted");
  }

  static AttemptOutcome aborted(Duration latency, String reason) {
    return new AttemptOutcome(Kind.ABORTED, null, reason, latency, null);
  }

  static AttemptOutcome timedOut(Duration latency) {
    String failure = "no answer within " + inWords(latency);
    return new AttemptOutcome(
        Kind.FAILED, null, failure, latency, null, new TimeoutException(failure));
  }

  private static String inWords(Duration time) {
    return time.toSeconds() < 10 ? time.toMillis() + " ms" : time.toSeconds() + " s";
  }

  private static AttemptOutcome answered(
      InferenceResponse response, Duration latency, InstantSource clock) {
    int status = response.statusCode();
    Kind kind = kind(status);
    boolean retried = kind == Kind.SHED || kind == Kind.FAILED;
    return new AttemptOutcome(
        kind,
        response,
        kind == Kind.SUCCEEDED ? null : "the gateway answered " + status,
        latency,
        retried
            ? response
                .header("retry-after")
                .flatMap(value -> RetryAfter.parse(value, clock.instant()))
                .orElse(null)
            : null);
  }

  /** RFC 9110, 15: what can be different the next time is tried again. */
  private static Kind kind(int status) {
    if (status >= 200 && status < 300) {
      return Kind.SUCCEEDED;
    }
    if (status == 429) {
      return Kind.SHED;
    }
    return status == 408 || status == 425 || status >= 500 ? Kind.FAILED : Kind.REFUSED;
  }

  private static AttemptOutcome failed(@Nullable Throwable failure, Duration latency) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ResponseTooLargeException tooLarge) {
      return withoutBody(Kind.REFUSED, tooLarge.statusCode(), tooLarge, latency);
    }
    if (cause instanceof UnreadableResponseException unreadable) {
      Kind kind = kind(unreadable.statusCode());
      return withoutBody(
          kind == Kind.SUCCEEDED ? Kind.REFUSED : kind,
          unreadable.statusCode(),
          unreadable,
          latency);
    }
    return new AttemptOutcome(Kind.FAILED, null, describe(cause), latency, null, cause);
  }

  private static AttemptOutcome withoutBody(
      Kind kind, int status, IOException cause, Duration latency) {
    InferenceResponse response = new InferenceResponse(status, Map.of(), Bytes.EMPTY);
    return new AttemptOutcome(
        kind, response, Objects.requireNonNull(cause.getMessage()), latency, null, cause);
  }

  private static String describe(@Nullable Throwable cause) {
    if (cause == null) {
      return "no answer";
    }
    String message = cause.getMessage();
    if (cause instanceof IOException && message != null) {
      return message;
    }
    return message == null
        ? cause.getClass().getSimpleName()
        : cause.getClass().getSimpleName() + ": " + message;
  }
}
