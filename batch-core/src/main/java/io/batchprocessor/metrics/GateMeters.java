package io.batchprocessor.metrics;

import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.Verdict;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a gate shows: a pool's, or one of its queues'. */
final class GateMeters {

  /** Of one gate; whatever else it measures has no series. */
  static final int MOST_MEASUREMENTS = 32;

  private final MeterKit kit;
  private final String pool;
  private final GateView gate;
  private final String name;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private GateMeters(MeterKit kit, String pool, GateView gate, String name) {
    this.kit = kit;
    this.pool = pool;
    this.gate = gate;
    this.name = name;
    kit.gauge(BatchMetric.BUDGET, gate::budget, pool, name);
    for (Verdict.Kind kind : Verdict.Kind.values()) {
      kit.count(
          BatchMetric.DECISIONS, () -> gate.decisions(kind), pool, name, LabelValues.of(kind));
    }
    addNewMeasurements();
  }

  static GateMeters ofPool(MeterKit kit, PoolView pool) {
    return new GateMeters(kit, pool.name(), pool.gate(), pool.gate().name());
  }

  /** A queue's own, called after its queue: several of one pool may be of one kind. */
  static GateMeters ofQueue(MeterKit kit, PoolView pool, String queue, GateView gate) {
    return new GateMeters(kit, pool.name(), gate, queue + "/" + gate.name());
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
