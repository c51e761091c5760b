package io.batchprocessor.examples.service;

import io.batchprocessor.PoolStats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the gates hear of the live traffic: of their measurements the one whose name says so.
 *
 * @param name the measurement's
 * @param value now
 */
record LiveSignal(String name, double value) {

  private static final List<String> NAMES = List.of("saturation", "live", "value");

  /** The signal of the first pool that has one. */
  static Optional<LiveSignal> of(List<PoolStats> pools) {
    return pools.stream().flatMap(pool -> in(pool.measurements()).stream()).findFirst();
  }

  private static Optional<LiveSignal> in(Map<String, Double> measurements) {
    // Those of a composite gate come after the name of the gate that they are of.
    Map<String, Double> sorted = new TreeMap<>(measurements);
    for (String wanted : NAMES) {
      for (Map.Entry<String, Double> one : sorted.entrySet()) {
        if (one.getKey().substring(one.getKey().lastIndexOf('.') + 1).equals(wanted)) {
          return Optional.of(new LiveSignal(one.getKey(), one.getValue()));
        }
      }
    }
    return Optional.empty();
  }
}
