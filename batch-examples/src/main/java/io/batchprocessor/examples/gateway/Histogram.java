package io.batchprocessor.examples.gateway;

import java.util.Arrays;

/** Counts by upper bound, as Prometheus keeps them. Not thread-safe. */
final class Histogram {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double[] bounds;
  private final long[] counts;
  private double sum;

  /** A histogram with these upper bounds, ascending; what is above the last is counted as well. */
  Histogram(double... bounds) {
    this.bounds = bounds.clone();
    counts = new long[bounds.length + 1];
  }

  void observeNanos(long nanos) {
    observeNanos(nanos, 1);
  }

  /** The same time, so many times. */
  void observeNanos(long nanos, int times) {
    double seconds = nanos / NANOS_PER_SECOND;
    int at = Arrays.binarySearch(bounds, seconds);
    counts[at < 0 ? -at - 1 : at] += times;
    sum += seconds * times;
  }

  /** Writes all series of this histogram. */
  void write(PrometheusText text, String name, String help) {
    text.head(name, "histogram", help);
    long cumulative = 0;
    for (int i = 0; i < bounds.length; i++) {
      cumulative += counts[i];
      text.sample(name + "_bucket", cumulative, "le", Double.toString(bounds[i]));
    }
    cumulative += counts[bounds.length];
    text.sample(name + "_bucket", cumulative, "le", "+Inf");
    text.sample(name + "_count", cumulative);
    text.sample(name + "_sum", sum);
  }
}
