package io.batchprocessor.gate;

import java.time.Duration;

/**
 * When hardly anything of ours may be in flight, to find anew what the gateway takes then. Where
 * answers take long a probe does too, and the next comes later, so that probes take a tenth of the
 * time at most: more would cost harvest, less the knowledge of a load that moves. Not thread-safe.
 */
final class Probing {

  /** From the end of one to the beginning of the next, in times of what it took. */
  private static final double REST = 9;

  private final long everyNanos;
  private boolean on = true;
  private long dueNanos;
  private double longestSeconds;
  private double aloneSeconds;

  /**
   * The first probe has begun.
   *
   * @param every from the end of one to the beginning of the next, at least
   */
  Probing(Duration every) {
    everyNanos = every.toNanos();
  }

  boolean isOn() {
    return on;
  }

  /** Whether a probe begins now. */
  boolean begins(long nowNanos) {
    if (on || nowNanos - dueNanos < 0) {
      return false;
    }
    on = true;
    longestSeconds = 0;
    aloneSeconds = 0;
    return true;
  }

  /**
   * An answer came during a probe.
   *
   * @param share of the requests that are in flight at once while a probe goes on; 0: it was sent
   *     before
   */
  void answered(double tookSeconds, double share) {
    longestSeconds = share > 0 ? longestSeconds : Math.max(longestSeconds, tookSeconds);
    aloneSeconds += share * tookSeconds;
  }

  /** The probe is over. It took as long as what was in flight before, and its own after that. */
  void ends(long nowNanos) {
    on = false;
    double rest = REST * (longestSeconds + aloneSeconds) * 1e9;
    dueNanos = nowNanos + Math.max(everyNanos, (long) Math.min(rest, 1e18));
  }
}
