package io.batchprocessor;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Decides what follows from an attempt: a result, or another attempt before the deadline. */
final class RetryPlanner {

  /** The least width of the window over which a shed crowd comes back. */
  private static final Duration MIN_SPREAD = Duration.ofSeconds(1);

  private final BackoffStrategy backoff;
  private final int maxAttempts;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final DoubleSupplier random;

  /**
   * A planner.
   *
   * @param maxAttempts the most attempts; {@link Integer#MAX_VALUE} for no bound
   * @param random numbers from 0 to 1
   */
  RetryPlanner(
      BackoffStrategy backoff,
      int maxAttempts,
      InstantSource clock,
      LongSupplier ticker,
      DoubleSupplier random) {
    this.backoff = backoff;
    this.maxAttempts = maxAttempts;
    this.clock = clock;
    this.ticker = ticker;
    this.random = random;
  }

  Outcome after(HeldRequest request, AttemptOutcome outcome) {
    InferenceResponse response = outcome.response();
    if (outcome.kind() == Kind.SUCCEEDED && response != null) {
      return Outcome.Finished.of(request, succeeded(request, response));
    }
    return outcome.kind() == Kind.REFUSED
        ? Outcome.Finished.of(request, refused(request, outcome, outcome.reason()))
        : again(request, outcome, Duration.ZERO);
  }

  /**
   * Another attempt, if there may be one.
   *
   * @param atLeast the least delay, whatever the backoff strategy says
   */
  Outcome again(HeldRequest request, AttemptOutcome outcome, Duration atLeast) {
    if (request.attempt() >= maxAttempts) {
      String reason =
          "all %d attempts failed; the last: %s".formatted(maxAttempts, outcome.reason());
      return Outcome.Finished.of(request, refused(request, outcome, reason));
    }
    Duration delay =
        outcome
            .retryAfterHint()
            .map(this::spread)
            .orElseGet(() -> backoff.delay(new RetryContext(request.attempt(), request, outcome)));
    delay = delay.compareTo(atLeast) < 0 ? atLeast : delay;
    long leftMillis = request.deadlineMillis() - clock.millis();
    if (delay.compareTo(Duration.ofMillis(leftMillis)) >= 0) {
      return Outcome.Finished.of(request, tooLate(request, outcome));
    }
    return new Outcome.Retried(
        request,
        request,
        ticker.getAsLong() + TimeUnit.MILLISECONDS.toNanos(delay.toMillis()),
        request.attempt() + 1);
  }

  /**
   * Never earlier than asked, and not all at once: up to half as long again, one second at least.
   */
  private Duration spread(Duration retryAfter) {
    long width = Math.max(MIN_SPREAD.toMillis(), retryAfter.toMillis() / 2);
    return retryAfter.plusMillis((long) (width * random.getAsDouble()));
  }

  private static ResultMessage succeeded(HeldRequest request, InferenceResponse response) {
    return Results.of(request, request.attempt())
        .answer(response.statusCode(), response.body())
        .build();
  }

  /** An error that carries the gateway's answer, as far as there is one. */
  private static ResultMessage refused(HeldRequest request, AttemptOutcome outcome, String reason) {
    ResultMessage.Builder result =
        Results.of(request, request.attempt()).error(ErrorCode.INFERENCE_ERROR, reason);
    InferenceResponse response = outcome.response();
    if (response != null && !response.body().isEmpty()) {
      result.answer(response.statusCode(), response.body());
    }
    return result.statusCode(outcome.statusCode()).build();
  }

  private static ResultMessage tooLate(HeldRequest request, AttemptOutcome outcome) {
    return Results.of(request, request.attempt())
        .statusCode(outcome.statusCode())
        .error(
            ErrorCode.DEADLINE_EXCEEDED,
            "deadline exceeded: no further attempt could begin before it; attempt %d failed: %s"
                .formatted(request.attempt(), outcome.reason()))
        .build();
  }
}
