package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Faults of backlogs, health, cancellation and producing. */
final class AbilityFaults {

  private AbilityFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("has no backlog of the retry queue", NoRetryBacklog::new, 621, 622),
        transport("counts what is held as waiting", CountsHeld::new, 622),
        transport("answers for backlogs after receive only", WaitsForReceive::new, 623),
        transport("throws from health", ThrowsFromHealth::new, 631),
        transport("is healthy after close", HealthyAfterClose::new, 632),
        transport("cancels for its own process only", CancelsAlone::new, 641),
        transport("cancels every id with that beginning", CancelsPrefix::new, 642),
        transport("refuses to cancel what it does not hold", CancelsHeldOnly::new, 644),
        transport("submits later", SubmitsLater::new, 651),
        transport("hands out more results than asked for", IgnoresMax::new, 653),
        transport("submits to the first queue instead", TakesAnyQueue::new, 654));
  }

  private static final class NoRetryBacklog extends BrokerTransport {
    NoRetryBacklog(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Backlog> backlogs() {
      return super.backlogs().subList(0, 2);
    }
  }

  private static final class CountsHeld extends BrokerTransport {
    CountsHeld(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Backlog> backlogs() {
      return super.backlogs().stream()
          .map(b -> new Backlog(b.queue(), b.waiting() + b.leased(), b.leased(), null))
          .toList();
    }
  }

  private static final class WaitsForReceive extends BrokerTransport {
    private final Object lock = new Object();

    WaitsForReceive(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      if (!queue.name().startsWith("a")) {
        return super.receive(queue, max, maxWait);
      }
      synchronized (lock) {
        return super.receive(queue, max, maxWait);
      }
    }

    @Override
    public List<Backlog> backlogs() {
      synchronized (lock) {
        return super.backlogs();
      }
    }
  }

  private static final class ThrowsFromHealth extends BrokerTransport {
    ThrowsFromHealth(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public Health health() {
      broker().reach();
      return super.health();
    }
  }

  private static final class HealthyAfterClose extends BrokerTransport {
    HealthyAfterClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public Health health() {
      return isClosed() ? new Health(true, "fine") : super.health();
    }
  }

  private static final class CancelsAlone extends BrokerTransport {
    private final Set<String> ids = ConcurrentHashMap.newKeySet();

    CancelsAlone(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public void cancel(String id) {
      super.cancel(id);
      ids.add(id);
    }

    @Override
    public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
      Set<Delivery> cancelled = new HashSet<>(super.cancelled(idsByDelivery));
      cancelled.removeIf(delivery -> !ids.contains(idsByDelivery.get(delivery)));
      return cancelled;
    }
  }

  private static final class CancelsPrefix extends BrokerTransport {
    private final Set<String> ids = ConcurrentHashMap.newKeySet();

    CancelsPrefix(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public void cancel(String id) {
      super.cancel(id);
      ids.add(id);
    }

    @Override
    public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
      Set<Delivery> cancelled = new HashSet<>(super.cancelled(idsByDelivery));
      idsByDelivery.forEach(
          (delivery, id) -> {
            if (ids.stream().anyMatch(id::startsWith)) {
              cancelled.add(delivery);
            }
          });
      return cancelled;
    }
  }

  private static final class CancelsHeldOnly extends BrokerTransport {
    private static final Map<MemoryBroker, Set<String>> HELD = new ConcurrentHashMap<>();

    CancelsHeldOnly(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    private Set<String> held() {
      return HELD.computeIfAbsent(broker(), key -> ConcurrentHashMap.newKeySet());
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<Delivery> deliveries = super.receive(queue, max, maxWait);
      deliveries.forEach(delivery -> held().add(delivery.body().toUtf8()));
      return deliveries;
    }

    @Override
    public void cancel(String id) {
      if (held().stream().noneMatch(body -> body.contains('"' + id + '"'))) {
        throw new IllegalArgumentException("unknown request " + id);
      }
      super.cancel(id);
    }
  }

  /** Stores in the background what was submitted, and nothing once it is closed. */
  private static final class SubmitsLater extends BrokerTransport {
    private static final ScheduledExecutorService LATER =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "submits-later");
              thread.setDaemon(true);
              return thread;
            });

    SubmitsLater(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public void submit(String queue, List<Bytes> messages) {
      reach();
      if (requestQueues().stream().noneMatch(known -> known.name().equals(queue))) {
        throw new IllegalArgumentException("no queue " + queue);
      }
      ScheduledFuture<?> unused =
          LATER.schedule(
              () -> {
                if (!isClosed()) {
                  store().submit(queue, messages);
                }
              },
              100,
              TimeUnit.MILLISECONDS);
    }
  }

  private static final class IgnoresMax extends BrokerTransport {
    IgnoresMax(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
      return super.takeResults(100, maxWait);
    }
  }

  private static final class TakesAnyQueue extends BrokerTransport {
    TakesAnyQueue(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public void submit(String queue, List<Bytes> messages) {
      boolean known = requestQueues().stream().anyMatch(own -> own.name().equals(queue));
      super.submit(known ? queue : requestQueues().get(0).name(), messages);
    }
  }
}
