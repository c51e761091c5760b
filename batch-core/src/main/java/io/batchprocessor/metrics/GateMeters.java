package io.batchprocessor.metrics;

import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.Verdict;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a gate shows. */
final class GateMeters {

  /** Of one gate; whatever else it measures has no series. */
  static final int MOST_MEASUREMENTS = 32;

  private final MeterKit kit;
  private final String pool;
  private final String queue;
  private final GateView gate;
  private final String name;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /**
   * Of one gate.
   *
   * @param queue whose own it is; {@link Label#ALL} if it is the pool's
   */
  GateMeters(MeterKit kit, String pool, String queue, GateView gate) {
    this.kit = kit;
    this.pool = pool;
    this.queue = queue;
    this.gate = gate;
    this.name = gate.name();
    kit.gauge(BatchMetric.BUDGET, gate::budget, pool, queue, name);
    for (Verdict.Kind kind : Verdict.Kind.values()) {
      kit.count(
          BatchMetric.DECISIONS,
          () -> gate.decisions(kind),
          pool,
          queue,
          name,
          LabelValues.of(kind));
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
            queue,
            name,
            measurement);
      }
    }
  }
}
