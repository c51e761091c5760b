package io.batchprocessor.examples.harvest;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What is the same for every contender.
 *
 * @param shape how live traffic comes
 * @param load its mean, as a share of what the engine serves if never idle
 * @param capacityPerSecond what that is, in requests
 * @param arrivals the live requests
 * @param warmUpNanos how long live traffic is alone before anything is measured
 * @param measuredNanos how long the rest is
 * @param seed of everything that chance decides
 */
record Scenario(
    LoadShape shape,
    double load,
    double capacityPerSecond,
    List<Arrival> arrivals,
    long warmUpNanos,
    long measuredNanos,
    long seed) {

  /** A batch request is of use for so long after the start, and one further for each needed. */
  private static final long DEADLINE_NANOS = Duration.ofMinutes(5).toNanos();

  /** The share of the capacity that live traffic leaves, by which deadlines follow each other. */
  private static final double NEEDED_SHARE = 0.5;

  static Scenario of(
      LoadShape shape,
      double load,
      double capacityPerSecond,
      Duration warmUp,
      Duration measured,
      long seed) {
    return new Scenario(
        shape,
        load,
        capacityPerSecond,
        shape.arrivals(load, capacityPerSecond, warmUp.plus(measured), seed),
        warmUp.toNanos(),
        measured.toNanos(),
        seed);
  }

  long endNanos() {
    return warmUpNanos + measuredNanos;
  }

  Backlog backlog() {
    return new Backlog(
        shape.mix(),
        warmUpNanos + DEADLINE_NANOS,
        NEEDED_SHARE * (1 - load) * capacityPerSecond,
        seed);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s at %.0f %%", shape.label(), load * 100);
  }
}
