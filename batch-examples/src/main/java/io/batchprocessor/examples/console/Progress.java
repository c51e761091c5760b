package io.batchprocessor.examples.console;

import io.batchprocessor.Stats;

/**
 * How far a run has come.
 *
 * @param done requests that have their result
 * @param total requests there are
 * @param finished results stored by this run, by which its pace is told
 * @param inFlight requests that the gateway works on
 * @param waiting requests that wait for another attempt
 */
public record Progress(long done, long total, long finished, int inFlight, long waiting) {

  /** The progress that a processor's numbers show. */
  public static Progress of(long done, long total, Stats stats) {
    return new Progress(done, total, stats.finished(), stats.inFlight(), stats.waitingForRetry());
  }

  /** The share that is done, from 0 to 1. */
  double share() {
    return total == 0 ? 1 : (double) Math.min(done, total) / total;
  }
}
