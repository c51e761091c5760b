package io.batchprocessor.testkit;

import java.time.Duration;

/**
 * What the test knows for sure about a lease: it began when the broker was asked, or later, so it
 * does not end before a lease's length after that. Where a slow machine makes the test miss that
 * moment, the scenario says nothing and is repeated.
 */
final class Hold {

  /** How far a broker's clock may go ahead of ours within a lease, and what rounding costs. */
  static final Duration SLACK = Duration.ofMillis(20);

  private final Duration lease;
  private volatile long from = System.nanoTime();
  private volatile boolean settled;

  Hold(Duration lease) {
    this.lease = lease;
  }

  /** To be called right before a lease is asked for. */
  void begins() {
    begins(System.nanoTime());
  }

  /** The same for a moment that {@link System#nanoTime} told. */
  void begins(long nanoTime) {
    from = nanoTime;
  }

  /** The time since it was asked for. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - from);
  }

  /** What was held is settled in time: from here on the end of the lease excuses nothing. */
  void settled() {
    settled = lasts();
  }

  /** Whether the lease lasts for sure, or was settled in time. */
  boolean lasts() {
    return settled || age().compareTo(lease.minus(SLACK)) < 0;
  }
}
