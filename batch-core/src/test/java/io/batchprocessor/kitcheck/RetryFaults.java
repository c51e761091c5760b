package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Faults of {@code schedule}. */
final class RetryFaults {

  private RetryFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("acknowledges before it stores", AcknowledgesFirst::new, 301),
        transport("delivers a retry early", (b, s) -> changed(b, s, RetryFaults::early), 302, 662),
        transport("keeps delays in an int", (b, s) -> changed(b, s, RetryFaults::inAnInt), 302),
        transport(
            "forgets the attempt", (b, s) -> changed(b, s, RetryFaults::sameAttempt), 303, 662),
        transport("refuses a retry of a retry", RefusesItsOwn::new, 305),
        transport("takes a message over once only", TakesOnce::new, 305),
        transport("tells nobody that it came too late", TellsNobody::new, 306),
        transport("loses its retries on restart", ForgetsOnClose::new, 307),
        transport(
            "puts a retry without delay off", (b, s) -> changed(b, s, RetryFaults::late), 309),
        transport("loses notes", (b, s) -> changed(b, s, RetryFaults::withoutNotes), 310));
  }

  private static BrokerTransport changed(
      MemoryBroker broker, Settings settings, UnaryOperator<Retry> change) {
    return new BrokerTransport(broker, settings) {
      @Override
      List<Delivery> schedule(List<Retry> retries) {
        return super.schedule(retries.stream().map(change).toList());
      }
    };
  }

  private static Retry early(Retry retry) {
    return new Retry(retry.delivery(), retry.delay().dividedBy(2), retry.attempt(), retry.notes());
  }

  private static Retry inAnInt(Retry retry) {
    int millis = (int) retry.delay().toMillis();
    return new Retry(
        retry.delivery(), Duration.ofMillis(Math.max(0, millis)), retry.attempt(), retry.notes());
  }

  private static Retry sameAttempt(Retry retry) {
    return new Retry(retry.delivery(), retry.delay(), retry.delivery().attempt(), retry.notes());
  }

  private static Retry withoutNotes(Retry retry) {
    return new Retry(retry.delivery(), retry.delay(), retry.attempt());
  }

  private static Retry late(Retry retry) {
    return retry.delay().isZero()
        ? new Retry(retry.delivery(), Duration.ofHours(1), retry.attempt(), retry.notes())
        : retry;
  }

  /** When the connection breaks, the acknowledgement has got through, the message has not. */
  private static final class AcknowledgesFirst extends BrokerTransport {
    AcknowledgesFirst(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      if (broker().isDown()) {
        for (Retry retry : retries) {
          store().requestQueues().stream()
              .filter(queue -> queue.name().equals(retry.delivery().queue()))
              .forEach(queue -> queue.acknowledge(List.of(retry.delivery())));
        }
      }
      return super.schedule(retries);
    }
  }

  private static final class RefusesItsOwn extends BrokerTransport {
    private final Set<Delivery> own = ConcurrentHashMap.newKeySet();

    RefusesItsOwn(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      List<Delivery> deliveries = super.receive(queue, max, maxWait);
      if (queue instanceof RetryQueue) {
        own.addAll(deliveries);
      }
      return deliveries;
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      for (Retry retry : retries) {
        if (own.contains(retry.delivery())) {
          throw new IllegalArgumentException("not a delivery of a request queue");
        }
      }
      return super.schedule(retries);
    }
  }

  /** Recognises what it has seen by the body. */
  private static final class TakesOnce extends BrokerTransport {
    private final Set<Bytes> seen = ConcurrentHashMap.newKeySet();

    TakesOnce(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      return super.schedule(
          retries.stream().filter(retry -> seen.add(retry.delivery().body())).toList());
    }
  }

  private static final class TellsNobody extends BrokerTransport {
    TellsNobody(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      super.schedule(retries);
      return List.of();
    }
  }

  /** Keeps what is not due yet in the memory of the process. */
  private static final class ForgetsOnClose extends BrokerTransport {
    private static final Map<MemoryBroker, Set<Bytes>> FORGOTTEN = new ConcurrentHashMap<>();

    private final Set<Bytes> scheduled = ConcurrentHashMap.newKeySet();

    ForgetsOnClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    private Set<Bytes> forgotten() {
      return FORGOTTEN.computeIfAbsent(broker(), key -> ConcurrentHashMap.newKeySet());
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      retries.forEach(retry -> scheduled.add(retry.delivery().body()));
      return super.schedule(retries);
    }

    @Override
    List<Delivery> receive(RequestQueue queue, int max, Duration maxWait)
        throws InterruptedException {
      return super.receive(queue, max, maxWait).stream()
          .filter(delivery -> !forgotten().contains(delivery.body()))
          .toList();
    }

    @Override
    public void close() {
      super.close();
      forgotten().addAll(scheduled);
    }
  }
}
