package io.batchprocessor.gate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many latencies were at most how long: the counts of a Prometheus histogram, or what was added
 * to one between two scrapes. Within a bucket the share of what is longer is taken to fall
 * exponentially, as the tails of waiting times do. Immutable.
 */
public final class LatencyCounts {

  private final double[] bounds;
  private final double[] counts;
  private final double sum;
  private @Nullable Tail tail;

  /**
   * Counts by bucket.
   *
   * @param boundsSeconds upper bounds, ascending, without the infinite one
   * @param cumulative how many were at most so long, by bound, and all of them last; so one more
   * @param sumSeconds all of them added up
   * @throws IllegalArgumentException if the numbers of bounds and counts don't match
   */
  public LatencyCounts(double[] boundsSeconds, double[] cumulative, double sumSeconds) {
    if (cumulative.length != boundsSeconds.length + 1) {
      throw new IllegalArgumentException(
          "cumulative must have one more than the %d bounds, has %d"
              .formatted(boundsSeconds.length, cumulative.length));
    }
    this.bounds = boundsSeconds.clone();
    this.counts = cumulative.clone();
    this.sum = sumSeconds;
  }

  private LatencyCounts(double sum, double[] bounds, double[] counts) {
    this.bounds = bounds;
    this.counts = counts;
    this.sum = sum;
  }

  /** How many latencies there are. */
  public double count() {
    return counts[counts.length - 1];
  }

  /** Their mean in seconds; 0 if there are none. */
  public double mean() {
    return count() > 0 ? sum / count() : 0;
  }

  /**
   * What was added since. If something was taken away, the counter began anew, as it does when the
   * server restarts: then all of this was added.
   */
  public LatencyCounts minus(LatencyCounts earlier) {
    if (!Arrays.equals(bounds, earlier.bounds) || count() < earlier.count()) {
      return this;
    }
    return combined(earlier, -1);
  }

  /** Both together, the other's weighed so much. */
  public LatencyCounts plus(LatencyCounts other, double weight) {
    return Arrays.equals(bounds, other.bounds) ? combined(other, weight) : this;
  }

  /** All counts times a factor. */
  public LatencyCounts times(double factor) {
    return new LatencyCounts(
        sum * factor, bounds, Arrays.stream(counts).map(count -> count * factor).toArray());
  }

  /** The share that took longer, from 0 to 1; 0 if there are none. */
  public double shareAbove(double seconds) {
    return count() <= 0 ? 0 : Math.exp(-tail().at(seconds));
  }

  /** The latency in seconds that a share of {@code 1 - quantile} exceeds; 0 if there are none. */
  public double quantile(double quantile) {
    return count() <= 0 ? 0 : tail().inverse(-Math.log(1 - quantile));
  }

  /** How many of {@code counted} were in the bucket that holds {@code seconds}, or above it. */
  double countAbove(double seconds, LatencyCounts shape) {
    int bucket = 0;
    while (bucket < bounds.length && bounds[bucket] < seconds) {
      bucket++;
    }
    double beyond = bucket == bounds.length ? 0 : count() - counts[bucket];
    double inside = counts[bucket] - (bucket == 0 ? 0 : counts[bucket - 1]);
    return beyond + inside * shape.shareOfBucketAbove(bucket, seconds);
  }

  private double shareOfBucketAbove(int bucket, double seconds) {
    double above = bucket == 0 ? 1 : shareAbove(bounds[bucket - 1]);
    double left = bucket == bounds.length ? 0 : shareAbove(bounds[bucket]);
    return above - left < 1e-9 ? 0.5 : (shareAbove(seconds) - left) / (above - left);
  }

  private Tail tail() {
    Tail known = tail;
    if (known == null) {
      known = new Tail(bounds, counts);
      tail = known;
    }
    return known;
  }

  private LatencyCounts combined(LatencyCounts other, double weight) {
    double[] together = new double[counts.length];
    for (int i = 0; i < together.length; i++) {
      together[i] = counts[i] + weight * other.counts[i];
    }
    return new LatencyCounts(sum + weight * other.sum, bounds, together);
  }

  /** Count and mean. */
  @Override
  public String toString() {
    return "LatencyCounts[count=%.0f, mean=%.4fs]".formatted(count(), mean());
  }
}
