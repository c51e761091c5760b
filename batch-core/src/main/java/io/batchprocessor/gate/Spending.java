package io.batchprocessor.gate;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of one allowance: of each hundred live requests, one may take longer than it says.
 * Not thread-safe.
 */
final class Spending {

  /** For how long the shape of the latencies within a bucket is remembered, in seconds. */
  private static final double SHAPE_SECONDS = 600;

  /** For how long what live traffic is alone is remembered: its days differ, and its hours. */
  private static final double ALONE_SECONDS = 86_400;

  private final Allowance allowance;
  private @Nullable LatencyCounts last;
  private @Nullable LatencyCounts alone;
  private @Nullable LatencyCounts shape;
  private double seen;
  private double over;

  Spending(Allowance allowance) {
    this.allowance = allowance;
  }

  /**
   * What live traffic left of its allowance since the last reading, in requests: 0.01 for each that
   * came, less 1 for each that took longer. What comes while {@code learning} tells what live
   * traffic is alone, and leaves nothing.
   */
  double left(@Nullable LatencyCounts now, double seconds, boolean learning) {
    if (now == null) {
      return 0;
    }
    LatencyCounts before = last;
    last = now;
    if (before == null) {
      return 0;
    }
    LatencyCounts added = now.minus(before);
    shape = faded(shape, seconds / SHAPE_SECONDS, added);
    if (learning) {
      alone = faded(alone, seconds / ALONE_SECONDS, added);
      return 0;
    }
    OptionalDouble target = target();
    if (target.isEmpty()) {
      return 0;
    }
    double longer = added.countAbove(target.getAsDouble(), shape);
    seen += added.count();
    over += longer;
    return (1 - Allowance.QUANTILE) * added.count() - longer;
  }

  private static LatencyCounts faded(
      @Nullable LatencyCounts known, double lives, LatencyCounts added) {
    return known == null ? added : known.times(Math.exp(-lives)).plus(added, 1);
  }

  /** How long it allows, in seconds; empty while that is not known. */
  OptionalDouble target() {
    LatencyCounts known = alone;
    return known == null
        ? allowance.isFactor() ? OptionalDouble.empty() : allowance.target(EMPTY)
        : allowance.target(known);
  }

  /** The share of live requests that took longer since the gate opened, from 0 to 1. */
  double share() {
    return seen == 0 ? 0 : over / seen;
  }

  private static final LatencyCounts EMPTY =
      new LatencyCounts(new double[] {1}, new double[] {0, 0}, 0);
}
