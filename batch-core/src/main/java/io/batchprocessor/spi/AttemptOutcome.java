package io.batchprocessor.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended.
 *
 * @param kind what it means for the request
 * @param response the gateway's answer; null if none came
 * @param failure what went wrong, in words for a result message; null after success
 * @param latency from dispatch to the end of the answer
 * @param retryAfter how long the gateway asked us to stay away; null if it did not
 * @param cause what kept the answer from coming: a {@link TimeoutException} if the time for it was
 *     up, else what the HTTP client failed with; null if an answer came, or we gave it up
 */
public record AttemptOutcome(
    Kind kind,
    @Nullable InferenceResponse response,
    @Nullable String failure,
    Duration latency,
    @Nullable Duration retryAfter,
    @Nullable Throwable cause) {

  /** What an attempt's end means. */
  public enum Kind {
    /** A 2xx answer. */
    SUCCEEDED,
    /** 429: the gateway has no room now. Retried. */
    SHED,
    /** 408, 425, 5xx, a timeout, a broken connection. Retried. */
    FAILED,
    /** Any other answer, or one that is too large. Final. */
    REFUSED,
    /** Aborted by us: cancelled, taken back, or the processor closes. */
    ABORTED
  }

  /** Refuses nulls. */
  public AttemptOutcome {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(latency, "latency");
  }

  /** One without a cause. */
  public AttemptOutcome(
      Kind kind,
      @Nullable InferenceResponse response,
      @Nullable String failure,
      Duration latency,
      @Nullable Duration retryAfter) {
    this(kind, response, failure, latency, retryAfter, null);
  }

  /** The HTTP status; 0 if no answer came. */
  public int statusCode() {
    return response == null ? 0 : response.statusCode();
  }

  /** {@link #failure}, or that there was none: never null. */
  public String reason() {
    return failure == null ? "no failure" : failure;
  }

  /** Whether no answer came within the time that it had. */
  public boolean timedOut() {
    return cause instanceof TimeoutException;
  }

  /** {@link #retryAfter} as an optional. */
  public Optional<Duration> retryAfterHint() {
    return Optional.ofNullable(retryAfter);
  }
}
