package io.batchprocessor.gate;

import java.util.Arrays;

/**
 * A histogram as Prometheus has it: for each upper bound, how many observations were at or below it
 * since the server started. Two of them, one read later, tell of what came in between.
 */
final class CumulativeHistogram {

  private final double[] bounds;
  private final double[] counts;
  private final double sum;

  /**
   * A histogram.
   *
   * @param bounds rising; the last is infinite, where the server keeps the format
   * @param counts as many, none less than the one before
   * @param sum of the observations; not a number if it is not known
   */
  CumulativeHistogram(double[] bounds, double[] counts, double sum) {
    if (bounds.length != counts.length) {
      throw new IllegalArgumentException(
          "%d bounds and %d counts".formatted(bounds.length, counts.length));
    }
    this.bounds = bounds.clone();
    this.counts = counts.clone();
    this.sum = sum;
  }

  /** The same for what looks at its tail; an infinite bound at its end is left out. */
  LatencyCounts latencies() {
    boolean infinite = bounds.length > 0 && Double.isInfinite(bounds[bounds.length - 1]);
    double[] finite = infinite ? Arrays.copyOf(bounds, bounds.length - 1) : bounds;
    double[] cumulative = infinite ? counts : Arrays.copyOf(counts, counts.length + 1);
    cumulative[cumulative.length - 1] = count();
    return new LatencyCounts(finite, cumulative, Double.isNaN(sum) ? 0 : sum);
  }

  /** Observations in all. */
  double count() {
    return counts.length == 0 ? 0 : counts[counts.length - 1];
  }

  /** The sum of the observations; not a number if it is not known. */
  double sum() {
    return sum;
  }

  /**
   * What was observed since an earlier reading. If the server was restarted in between, or has
   * other bounds by now, it is what was observed since then: all of it.
   */
  CumulativeHistogram since(CumulativeHistogram earlier) {
    if (!Arrays.equals(bounds, earlier.bounds) || earlier.count() > count()) {
      return this;
    }
    double[] differences = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      differences[i] = Math.max(0, counts[i] - earlier.counts[i]);
    }
    return new CumulativeHistogram(bounds, differences, sum - earlier.sum);
  }

  /**
   * The value that a share of the observations did not exceed, interpolated within its bucket as
   * PromQL's {@code histogram_quantile} does: evenly from the bound below, 0 for the first bucket;
   * the last finite bound for what is above it. Not a number without observations.
   *
   * @param share from 0 to 1
   */
  double quantile(double share) {
    double rank = share * count();
    if (count() <= 0) {
      return Double.NaN;
    }
    int bucket = 0;
    while (bucket < counts.length - 1 && counts[bucket] < rank) {
      bucket++;
    }
    double below = bucket == 0 ? 0 : bounds[bucket - 1];
    if (Double.isInfinite(bounds[bucket])) {
      return bucket == 0 ? Double.NaN : below;
    }
    double before = bucket == 0 ? 0 : counts[bucket - 1];
    double inBucket = counts[bucket] - before;
    return inBucket <= 0 ? below : below + (bounds[bucket] - below) * (rank - before) / inBucket;
  }
}
