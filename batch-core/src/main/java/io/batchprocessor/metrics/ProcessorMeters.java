package io.batchprocessor.metrics;

import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.ProcessorView;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The meters of one processor, there from its start. */
final class ProcessorMeters {

  private final MeterKit kit;
  private final Map<String, QueueMeters> queues = new HashMap<>();
  private final QueueMeters otherQueue;
  private final Map<BrokerOperation, Counter> brokerFailures;
  private final Map<PublishFailure, Counter> publishFailures;
  private final List<GateMeters> gates = new ArrayList<>();
  private final Optional<BacklogMeters> backlog;
  private final Poller poller;

  /** How long the end waits for a broker that does not say what waits in it. */
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  ProcessorMeters(MeterKit kit, ProcessorView processor, Duration period) {
    this.kit = kit;
    List<String> names = new ArrayList<>();
    for (PoolView pool : processor.pools()) {
      show(pool);
      names.addAll(pool.queues());
    }
    names.forEach(queue -> queues.put(queue, new QueueMeters(kit, queue)));
    this.otherQueue = new QueueMeters(kit, Label.OTHER);
    this.brokerFailures =
        LabelValues.meters(
            BrokerOperation.class,
            operation -> kit.counter(BatchMetric.BROKER_FAILURES, operation));
    this.publishFailures =
        LabelValues.meters(
            PublishFailure.class, cause -> kit.counter(BatchMetric.PUBLISH_FAILURES, cause));
    kit.gauge(BatchMetric.SETTLING, processor::settling);
    kit.gauge(BatchMetric.STALLED, () -> processor.stall().isPresent() ? 1 : 0);
    kit.gauge(BatchMetric.PAUSED, () -> processor.isPaused() ? 1 : 0);
    kit.count(BatchMetric.FAULTS, processor::userCodeFailures);
    this.backlog =
        processor.backlogReporter().map(reporter -> new BacklogMeters(kit, reporter, names));
    this.poller = new Poller(this::look, period, processor.threads("metrics"));
  }

  private void show(PoolView pool) {
    kit.gauge(BatchMetric.IN_FLIGHT, pool::inFlight, pool.name());
    kit.gauge(BatchMetric.LIMIT, pool::concurrency, pool.name());
    for (String queue : pool.queues()) {
      kit.gauge(BatchMetric.BUFFERED, () -> pool.buffered(queue), queue);
    }
    gates.add(new GateMeters(kit, pool.name(), Label.ALL, pool.gate()));
    for (String queue : pool.queues()) {
      pool.gate(queue).ifPresent(own -> gates.add(new GateMeters(kit, pool.name(), queue, own)));
    }
  }

  private void look() {
    gates.forEach(GateMeters::addNewMeasurements);
    try {
      backlog.ifPresent(BacklogMeters::look);
    } catch (RuntimeException e) {
      brokerFailed(BrokerOperation.BACKLOG);
      throw e;
    }
  }

  void start() {
    poller.start();
  }

  /** Looks no further. */
  void stop() {
    poller.stop();
  }

  /** Lets go of the processor. What was counted stays. */
  void end() {
    poller.stop();
    poller.join(END_WITHIN);
    kit.hide();
  }

  void remove() {
    end();
    kit.removeAll();
  }

  QueueMeters queue(String name) {
    return queues.getOrDefault(name, otherQueue);
  }

  void brokerFailed(BrokerOperation operation) {
    count(brokerFailures, operation);
    if (operation == BrokerOperation.PUBLISH) {
      publishFailed(PublishFailure.RETRIED);
    }
  }

  void publishFailed(PublishFailure cause) {
    count(publishFailures, cause);
  }

  private static <K> void count(Map<K, Counter> counters, K which) {
    Counter counter = counters.get(which);
    if (counter != null) {
      counter.increment();
    }
  }
}
