package io.batchprocessor;

import java.time.Duration;

/**
 * How long what finds no room here should stay with the broker: a second, and twice as long each
 * time the first of it may be back, up to a minute. So a large backlog does not go round and round.
 * Used by one thread at a time.
 */
final class Stay {

  private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();

  private long nanos;
  private long growsNanos;

  /** For what is given up now. */
  long nanos(long nowNanos) {
    if (nanos == 0) {
      nanos = FIRST_NANOS;
      growsNanos = nowNanos + nanos;
    } else if (growsNanos - nowNanos <= 0) {
      nanos = Math.min(LONGEST_NANOS, 2 * nanos);
      growsNanos = nowNanos + nanos;
    }
    return nanos;
  }

  /** There is room: the next stay is a first one. */
  void end() {
    nanos = 0;
  }
}
