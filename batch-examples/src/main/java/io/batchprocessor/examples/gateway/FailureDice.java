package io.batchprocessor.examples.gateway;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Decides which request fails, and how: one draw a request, so that the n-th request meets the same
 * fate in each run with the same seed and rates. Not thread-safe.
 */
final class FailureDice {
  private final Map<Failure, Double> rates;
  private final SplittableRandom random;

  FailureDice(Map<Failure, Double> rates, long seed) {
    this.rates = new EnumMap<>(Failure.class);
    this.rates.putAll(rates);
    random = new SplittableRandom(seed);
  }

  Optional<Failure> roll() {
    double draw = random.nextDouble();
    for (Map.Entry<Failure, Double> rate : rates.entrySet()) {
      draw -= rate.getValue();
      if (draw < 0) {
        return Optional.of(rate.getKey());
      }
    }
    return Optional.empty();
  }
}
