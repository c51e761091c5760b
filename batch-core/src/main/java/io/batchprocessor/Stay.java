package io.batchprocessor;

import java.time.Duration;

/**
 * How long what finds no room here should stay with the broker: a second, and twice as long each
 * time the first of it may be back, up to a bound. So a large backlog does not go round and round.
 * Used by one thread at a time.
 */
final class Stay {

  private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();

  private final long longestNanos;
  private long nanos;
  private long growsNanos;

  private Stay(Duration longest) {
    this.longestNanos = longest.toNanos();
  }

  /** Up to a minute, for what this processor has no room for. */
  static Stay untilThereIsRoom() {
    return new Stay(Duration.ofSeconds(60));
  }

  /** Up to ten seconds, for what another processor may be waiting for. */
  static Stay forOthers() {
    return new Stay(Duration.ofSeconds(10));
  }

  /** For what is given up now. */
  long nanos(long nowNanos) {
    if (nanos == 0) {
      nanos = FIRST_NANOS;
      growsNanos = nowNanos + nanos;
    } else if (growsNanos - nowNanos <= 0) {
      nanos = Math.min(longestNanos, 2 * nanos);
      growsNanos = nowNanos + nanos;
    }
    return nanos;
  }

  /** There is room: the next stay is a first one. */
  void end() {
    nanos = 0;
  }
}
