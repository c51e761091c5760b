package io.batchprocessor.examples.console;

import io.batchprocessor.Stats;

/**
 * How far a run has come.
 *
 * @param done requests that have their result
 * @param total requests there are
 * @param inFlight requests that the gateway works on
 * @param waiting requests that wait for another attempt
 */
public record Progress(long done, long total, int inFlight, long waiting) {

  /** The progress that a processor's numbers show. */
  public static Progress of(long done, long total, Stats stats) {
    return new Progress(done, total, stats.inFlight(), stats.waitingForRetry());
  }

  /** The share that is done, from 0 to 1. */
  double share() {
    return total == 0 ? 1 : (double) Math.min(done, total) / total;
  }
}
