package io.batchprocessor.examples.harvest;

import java.util.Map;
import java.util.TreeMap;

/** Percentiles of values that come many at once, to the hundredth of a millisecond. */
final class WeightedPercentiles {

  private static final long GRAIN_NANOS = 10_000;

  private final TreeMap<Long, Long> counts = new TreeMap<>();
  private long total;

  void add(long nanos, int times) {
    counts.merge(nanos / GRAIN_NANOS, (long) times, Long::sum);
    total += times;
  }

  long at(double percent) {
    long rank = (long) Math.ceil(percent / 100 * total);
    long seen = 0;
    for (Map.Entry<Long, Long> each : counts.entrySet()) {
      seen += each.getValue();
      if (seen >= rank) {
        return each.getKey() * GRAIN_NANOS;
      }
    }
    return 0;
  }
}
