package io.batchprocessor.spi;

import java.util.Objects;

/**
 * What a {@link BackoffStrategy} knows.
 *
 * @param attempt the attempt that failed; the first is 1
 * @param request the request
 * @param outcome how it failed
 */
public record RetryContext(int attempt, RequestView request, AttemptOutcome outcome) {

  /** Refuses nulls. */
  public RetryContext {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(outcome, "outcome");
  }
}
