package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.broker;
import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** Faults of {@code acknowledge}, {@code release} and {@code extend}, and of leases. */
final class SettleFaults {

  private SettleFaults() {}

  static List<Fault> all() {
    return List.of(
        broker("delivers twice within a lease", HalvesLeases::new, 104, 203),
        transport("loses on release", LosesOnRelease::new, 204, 209, 215, 219),
        transport(
            "does nothing on acknowledge",
            KeepsAcknowledged::new,
            205,
            207,
            208,
            209,
            210,
            306,
            502),
        transport("does nothing on extend", DoesNotExtend::new, 207),
        transport(
            "tells nobody that an acknowledgement came late", TellsNobody::new, 208, 210, 502),
        transport("acknowledges for somebody else", AcknowledgesForOthers::new, 208),
        transport("releases for somebody else", ReleasesForOthers::new, 209, 210),
        transport("settles only after a receive has returned", WaitsForReceive::new, 213),
        transport("extends for one thread only", ExtendsForOneThread::new, 213),
        transport(
            "acknowledges in vain without its broker, in silence", SilentAcknowledge::new, 215),
        transport("works on after close", WorksAfterClose::new, 216),
        transport("takes null for an empty list", TakesNull::new, 217));
  }

  private static final class HalvesLeases extends MemoryBroker {
    HalvesLeases() {
      super(HalvesLeases::open);
    }

    @Override
    Duration lease(Settings settings) {
      return super.lease(settings).dividedBy(2);
    }

    private static BrokerTransport open(MemoryBroker broker, Settings settings) {
      return new BrokerTransport(broker, settings) {
        @Override
        List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
            throws InterruptedException {
          return super.receive(queue, max, maxWait).stream()
              .map(d -> Copies.of(d).lease(d.lease().multipliedBy(2)).build())
              .toList();
        }
      };
    }
  }

  private static final class LosesOnRelease extends BrokerTransport {
    LosesOnRelease(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      acknowledge(queue, deliveries);
    }
  }

  private static final class KeepsAcknowledged extends BrokerTransport {
    KeepsAcknowledged(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      return extend(queue, deliveries);
    }
  }

  /** Knows whom it could extend, and does not. */
  private static final class DoesNotExtend extends BrokerTransport {
    private final Set<Delivery> settled = ConcurrentHashMap.newKeySet();

    DoesNotExtend(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      List<Delivery> lost = super.acknowledge(queue, deliveries);
      settled.addAll(deliveries);
      return lost;
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      super.release(queue, deliveries);
      settled.addAll(deliveries);
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      reach();
      return new ArrayList<>(deliveries).stream().filter(settled::contains).toList();
    }
  }

  private static final class TellsNobody extends BrokerTransport {
    TellsNobody(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      super.acknowledge(queue, deliveries);
      return List.of();
    }
  }

  /** Finds the message by what it says, and not by who holds it. */
  private abstract static class KnowsHolders extends BrokerTransport {
    private static final Map<MemoryBroker, Map<Bytes, Delivery>> HOLDERS =
        new ConcurrentHashMap<>();

    KnowsHolders(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<Delivery> deliveries = super.receive(queue, max, maxWait);
      deliveries.forEach(delivery -> holders().put(delivery.body(), delivery));
      return deliveries;
    }

    Map<Bytes, Delivery> holders() {
      return HOLDERS.computeIfAbsent(broker(), key -> new ConcurrentHashMap<>());
    }

    List<Delivery> holdersOf(List<Delivery> deliveries) {
      return deliveries.stream().map(delivery -> holders().get(delivery.body())).toList();
    }
  }

  private static final class AcknowledgesForOthers extends KnowsHolders {
    AcknowledgesForOthers(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      List<Delivery> lost = super.acknowledge(queue, deliveries);
      if (!lost.isEmpty()) {
        super.acknowledge(queue, holdersOf(lost));
      }
      return lost;
    }
  }

  private static final class ReleasesForOthers extends KnowsHolders {
    ReleasesForOthers(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      super.release(queue, holdersOf(deliveries));
    }
  }

  private static final class WaitsForReceive extends BrokerTransport {
    private final Map<String, Object> locks = new ConcurrentHashMap<>();

    WaitsForReceive(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    private Object lock(RequestQueue queue) {
      return locks.computeIfAbsent(queue.name(), key -> new Object());
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      synchronized (lock(queue)) {
        return super.receive(queue, max, maxWait);
      }
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      synchronized (lock(queue)) {
        return super.acknowledge(queue, deliveries);
      }
    }
  }

  private static final class ExtendsForOneThread extends BrokerTransport {
    private final Semaphore connection = new Semaphore(1);

    ExtendsForOneThread(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      if (!connection.tryAcquire()) {
        throw new IllegalStateException("another call waits for its answer");
      }
      try {
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        return super.extend(queue, deliveries);
      } finally {
        connection.release();
      }
    }
  }

  private static final class SilentAcknowledge extends BrokerTransport {
    SilentAcknowledge(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      return broker().isDown() ? List.of() : super.acknowledge(queue, deliveries);
    }
  }

  private static final class WorksAfterClose extends BrokerTransport {
    WorksAfterClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      broker().reach();
      queue.release(deliveries);
    }
  }

  private static final class TakesNull extends BrokerTransport {
    TakesNull(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      return deliveries == null ? List.of() : super.extend(queue, deliveries);
    }
  }
}
