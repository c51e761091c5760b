package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * For how long nothing is sent: because the gateway said so, because it sheds, or because it is not
 * there. What was under way when a pause began says nothing that the pause does not know, and makes
 * it no longer; no pause makes another shorter. Not thread-safe.
 */
final class Pauses {

  /** A {@code Retry-After} is kept up to that long. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** After a shed without one, and twice that after each more, until something is answered. */
  private static final long FIRST_SHED_NANOS = Duration.ofMillis(100).toNanos();

  private static final long LONGEST_SHED_NANOS = Duration.ofSeconds(5).toNanos();

  private final Breaker breaker = new Breaker();
  private long untilNanos;
  private long backedOffNanos;
  private long openedNanos;
  private long shedNanos;

  /** None. */
  Pauses(long nowNanos) {
    untilNanos = nowNanos;
    backedOffNanos = nowNanos - Duration.ofDays(1).toNanos();
  }

  /** How long it takes until something may be sent; not above 0: it may be now. */
  long leftNanos(long nowNanos) {
    return untilNanos - nowNanos;
  }

  /** Whether only one request at a time may go, to see whether the gateway is there again. */
  boolean isOpen() {
    return breaker.isOpen();
  }

  /** A request was answered. */
  void succeeded() {
    breaker.succeeded();
    shedNanos = 0;
  }

  /** A request was refused: somebody is there. */
  void refused() {
    breaker.succeeded();
  }

  /**
   * A request was shed.
   *
   * @param leastNanos the pause is no shorter, unless the gateway says how long
   * @return whether it was sent after the gate backed off last: then it does so now
   */
  boolean shed(AttemptOutcome outcome, long dispatchedNanos, long nowNanos, long leastNanos) {
    breaker.succeeded();
    if (!backsOff(outcome.retryAfter(), dispatchedNanos, nowNanos)) {
      return false;
    }
    if (outcome.retryAfter() == null) {
      long next = shedNanos == 0 ? Math.max(FIRST_SHED_NANOS, leastNanos) : 2 * shedNanos;
      shedNanos = Math.min(next, LONGEST_SHED_NANOS);
      pauseUntil(nowNanos + shedNanos);
    }
    return true;
  }

  /** The same for a request that failed. */
  boolean failed(AttemptOutcome outcome, long dispatchedNanos, long nowNanos) {
    if (!breaker.isOpen() || dispatchedNanos - openedNanos > 0) {
      breaker.failed();
      if (breaker.isOpen()) {
        openedNanos = nowNanos;
        pauseUntil(nowNanos + breaker.nextPauseNanos());
      }
    }
    boolean isAway = outcome.statusCode() == 0 || outcome.statusCode() == 503;
    return (isAway || outcome.retryAfter() != null)
        && backsOff(outcome.retryAfter(), dispatchedNanos, nowNanos);
  }

  private boolean backsOff(@Nullable Duration retryAfter, long dispatchedNanos, long nowNanos) {
    if (retryAfter != null) {
      Duration kept = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
      pauseUntil(nowNanos + kept.toNanos());
    }
    if (dispatchedNanos - backedOffNanos <= 0) {
      return false;
    }
    backedOffNanos = nowNanos;
    return true;
  }

  private void pauseUntil(long nanos) {
    untilNanos = nanos - untilNanos > 0 ? nanos : untilNanos;
  }
}
