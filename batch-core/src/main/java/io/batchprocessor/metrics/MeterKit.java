package io.batchprocessor.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/** Registers meters of {@link BatchMetric}s, and takes them out again. */
final class MeterKit {

  private final MeterRegistry registry;
  private final Tags common;
  private final List<Meter> counting = new CopyOnWriteArrayList<>();
  private final List<Meter> showing = new CopyOnWriteArrayList<>();

  /** Micrometer holds what a function counter reads weakly only. */
  private final List<DoubleSupplier> counts = new CopyOnWriteArrayList<>();

  /**
   * A kit.
   *
   * @param common what every meter carries
   */
  MeterKit(MeterRegistry registry, Tags common) {
    this.registry = registry;
    this.common = common;
  }

  MeterRegistry registry() {
    return registry;
  }

  /**
   * A counter.
   *
   * @param values of the metric's labels, in their order
   */
  Counter counter(BatchMetric metric, String... values) {
    return counts(
        Counter.builder(metric.meterName())
            .description(metric.meaning())
            .baseUnit(metric.unit())
            .tags(tags(metric, values))
            .register(registry));
  }

  Timer timer(BatchMetric metric, String... values) {
    return counts(
        Timer.builder(metric.meterName())
            .description(metric.meaning())
            .serviceLevelObjectives(metric.bucketDurations())
            .tags(tags(metric, values))
            .register(registry));
  }

  DistributionSummary summary(BatchMetric metric, String... values) {
    return counts(
        DistributionSummary.builder(metric.meterName())
            .description(metric.meaning())
            .baseUnit(metric.unit())
            .serviceLevelObjectives(metric.buckets().toArray())
            .tags(tags(metric, values))
            .register(registry));
  }

  /** Shows a number of the processor's until {@link #hide}. */
  void gauge(BatchMetric metric, DoubleSupplier value, String... values) {
    showing.add(
        Gauge.builder(metric.meterName(), value::getAsDouble)
            .description(metric.meaning())
            .baseUnit(metric.unit())
            .tags(tags(metric, values))
            .register(registry));
  }

  /** Shows a count of the processor's until {@link #hide}. */
  void count(BatchMetric metric, DoubleSupplier value, String... values) {
    counts.add(value);
    showing.add(
        FunctionCounter.builder(metric.meterName(), value, DoubleSupplier::getAsDouble)
            .description(metric.meaning())
            .baseUnit(metric.unit())
            .tags(tags(metric, values))
            .register(registry));
  }

  /** Takes out what looks into the processor. */
  void hide() {
    showing.forEach(registry::remove);
    showing.clear();
    counts.clear();
  }

  /** Takes out everything. */
  void removeAll() {
    hide();
    counting.forEach(registry::remove);
    counting.clear();
  }

  private <M extends Meter> M counts(M meter) {
    counting.add(meter);
    return meter;
  }

  private Tags tags(BatchMetric metric, String... values) {
    List<String> labels = metric.labels();
    if (labels.size() != values.length) {
      throw new IllegalArgumentException(metric + " has the labels " + labels);
    }
    Tags tags = common;
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(labels.get(i), values[i]);
    }
    return tags;
  }
}
