package io.batchprocessor.gate;

/**
 * The circuit breaker: after so many failures in a row, one probe at a time, each after twice the
 * pause of the one before. Not thread-safe.
 */
final class Breaker {

  private static final int FAILURES = 5;
  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 30_000_000_000L;

  private int failures;
  private long pauseNanos = FIRST_PAUSE_NANOS;

  void succeeded() {
    failures = 0;
    pauseNanos = FIRST_PAUSE_NANOS;
  }

  void failed() {
    failures = Math.min(failures + 1, FAILURES);
  }

  boolean isOpen() {
    return failures == FAILURES;
  }

  /** How long to wait before the next probe. */
  long nextPauseNanos() {
    long pause = pauseNanos;
    pauseNanos = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    return pause;
  }
}
