package io.batchprocessor.metrics;

import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * What waits in the broker, as it was when {@link #look} was last called. Not a number before the
 * first look, and while the broker does not answer: an old number would be mistaken for a new one.
 */
final class BacklogMeters {

  private final MeterKit kit;
  private final BacklogReporter reporter;
  private final Set<String> requestQueues;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private volatile Map<String, Backlog> latest = Map.of();

  BacklogMeters(MeterKit kit, BacklogReporter reporter, List<String> queues) {
    this.kit = kit;
    this.reporter = reporter;
    this.requestQueues = Set.copyOf(queues);
    queues.forEach(this::show);
  }

  /**
   * Asks the broker.
   *
   * @throws RuntimeException if it does not answer
   */
  void look() {
    Map<String, Backlog> now = new HashMap<>();
    try {
      reporter.backlogs().forEach(backlog -> now.put(backlog.queue(), backlog));
    } finally {
      latest = Map.copyOf(now);
    }
    now.keySet().forEach(this::show);
  }

  private void show(String queue) {
    if (known.add(queue)) {
      String kind = requestQueues.contains(queue) ? "request" : "retry";
      kit.gauge(BatchMetric.BACKLOG, () -> value(queue, Backlog::waiting), queue, kind, "waiting");
      kit.gauge(BatchMetric.BACKLOG, () -> value(queue, Backlog::leased), queue, kind, "leased");
      kit.gauge(BatchMetric.OLDEST, () -> value(queue, BacklogMeters::oldestSeconds), queue, kind);
    }
  }

  private double value(String queue, ToDoubleFunction<Backlog> number) {
    Backlog backlog = latest.get(queue);
    return backlog == null ? Double.NaN : number.applyAsDouble(backlog);
  }

  private static double oldestSeconds(Backlog backlog) {
    return backlog.oldest().map(Duration::toMillis).orElse(0L) / 1e3;
  }
}
