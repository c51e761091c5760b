package io.batchprocessor.metrics;

import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.Verdict;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a pool's gate shows. */
final class GateMeters {

  /** Of one gate; whatever else it measures has no series. */
  static final int MOST_MEASUREMENTS = 32;

  private final MeterKit kit;
  private final String pool;
  private final GateView gate;
  private final String name;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  GateMeters(MeterKit kit, PoolView pool) {
    this.kit = kit;
    this.pool = pool.name();
    this.gate = pool.gate();
    this.name = gate.name();
    kit.gauge(BatchMetric.BUDGET, gate::budget, this.pool, name);
    for (Verdict.Kind kind : Verdict.Kind.values()) {
      kit.count(
          BatchMetric.DECISIONS, () -> gate.decisions(kind), this.pool, name, LabelValues.of(kind));
    }
    addNewMeasurements();
  }

  /** A gate may measure more once it has something to measure. */
  void addNewMeasurements() {
    Map<String, Double> now = gate.measurements();
    for (String measurement : now.keySet()) {
      if (known.size() < MOST_MEASUREMENTS && known.add(measurement)) {
        kit.gauge(
            BatchMetric.MEASUREMENT,
            () -> gate.measurements().getOrDefault(measurement, Double.NaN),
            pool,
            name,
            measurement);
      }
    }
  }
}
