package io.batchprocessor.examples.gateway;

import io.batchprocessor.gate.LatencyCounts;
import java.util.Arrays;

/** Counts by upper bound, as Prometheus keeps them. Not thread-safe. */
public final class Histogram {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double[] bounds;
  private final long[] counts;
  private double sum;

  /** A histogram with these upper bounds, ascending; what is above the last is counted as well. */
  Histogram(double... bounds) {
    this.bounds = bounds.clone();
    counts = new long[bounds.length + 1];
  }

  /** With the bounds of {@code vllm:time_to_first_token_seconds}. */
  public static Histogram timeToFirstToken() {
    return new Histogram(
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20,
        40, 80, 160, 640, 2560);
  }

  /** With the bounds of {@code vllm:inter_token_latency_seconds}. */
  public static Histogram interTokenLatency() {
    return new Histogram(
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
        80);
  }

  /** Counts one. */
  public void observeNanos(long nanos) {
    observeNanos(nanos, 1);
  }

  /** The same time, so many times. */
  public void observeNanos(long nanos, int times) {
    double seconds = nanos / NANOS_PER_SECOND;
    int at = Arrays.binarySearch(bounds, seconds);
    counts[at < 0 ? -at - 1 : at] += times;
    sum += seconds * times;
  }

  /** As a client reads it. */
  public LatencyCounts counts() {
    double[] cumulative = new double[counts.length];
    double total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += counts[i];
      cumulative[i] = total;
    }
    return new LatencyCounts(bounds, cumulative, sum);
  }

  /** Writes all series of this histogram, with labels of its own: names and values in turn. */
  void write(PrometheusText text, String name, String... own) {
    String[] withBound = Arrays.copyOf(own, own.length + 2);
    withBound[own.length] = "le";
    long cumulative = 0;
    for (int i = 0; i < counts.length; i++) {
      cumulative += counts[i];
      withBound[own.length + 1] = i < bounds.length ? Double.toString(bounds[i]) : "+Inf";
      text.sample(name + "_bucket", cumulative, withBound);
    }
    text.sample(name + "_count", cumulative, own);
    text.sample(name + "_sum", sum, own);
  }
}
