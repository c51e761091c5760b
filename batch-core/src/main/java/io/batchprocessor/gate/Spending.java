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
  private @Nullable LatencyCounts alone;
  private @Nullable LatencyCounts shape;
  private double seen;
  private double over;

  Spending(Allowance allowance) {
    this.allowance = allowance;
  }

  /**
   * What live traffic left of its allowance since the last reading, in requests: 0.01 for each that
   * came, less 1 for each that took longer.
   *
   * @param added what came; null: that is not known
   */
  double left(@Nullable LatencyCounts added, double seconds) {
    if (added == null) {
      return 0;
    }
    shape = faded(shape, seconds / SHAPE_SECONDS, added);
    OptionalDouble target = target();
    if (target.isEmpty()) {
      return 0;
    }
    double longer = added.countAbove(target.getAsDouble(), shape);
    seen += added.count();
    over += longer;
    return (1 - Allowance.QUANTILE) * added.count() - longer;
  }

  /** The same while nothing of ours was there: it tells what live traffic is alone. */
  void alone(@Nullable LatencyCounts added, double seconds) {
    if (added != null) {
      shape = faded(shape, seconds / SHAPE_SECONDS, added);
      alone = faded(alone, seconds / ALONE_SECONDS, added);
    }
  }

  /** How many more latencies of live traffic alone are needed before it has a target. */
  double missing() {
    LatencyCounts known = alone;
    return allowance.missing(known == null ? 0 : known.count());
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
