package io.batchprocessor.metrics;

/**
 * Upper bounds of histograms' buckets: fixed and few, as each costs a time series for each queue.
 */
final class Buckets {

  /** Seconds, for what takes from milliseconds to minutes. */
  static final double[] SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300
  };

  /** Seconds, for what takes from a second to a day. */
  static final double[] HOURS = {0.1, 1, 10, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600};

  /** Attempts at a request. */
  static final double[] ATTEMPTS = {1, 2, 3, 5, 10, 20, 50};

  private Buckets() {}
}
