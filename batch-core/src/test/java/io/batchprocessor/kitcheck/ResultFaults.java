package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Faults of the result queue, of settlement and of the dead-letter queue. */
final class ResultFaults {

  private ResultFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("drops a result of a batch", DropsResult::new, 401, 407),
        transport("refuses a result that it has stored already", RefusesRepetition::new, 402),
        transport("loses results in silence without its broker", SilentPublish::new, 402),
        transport("writes results anew", WritesAnew::new, 403),
        transport("cuts off what is too large", CutsOff::new, 404),
        transport("publishes on after close", PublishesAfterClose::new, 405),
        transport("takes null for no results", TakesNull::new, 406),
        transport("forgets why a letter is dead", ForgetsReason::new, 501, 671),
        transport("tells nobody that a dead letter came too late", TellsNobody::new, 502),
        transport("loses dead letters in silence without its broker", SilentLetters::new, 503),
        transport("acknowledges before it stores the result", AcknowledgesFirst::new, 611),
        transport("stores results without acknowledging", DoesNotAcknowledge::new, 611, 613),
        transport("stores results of lost leases", StoresLost::new, 612, 613),
        transport("settles a batch of one queue only", OneQueueOnly::new, 614),
        transport("acknowledges though the result is rejected", AcknowledgesRejected::new, 615));
  }

  private static final class DropsResult extends BrokerTransport {
    DropsResult(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      super.publish(results.size() < 3 ? results : results.subList(1, results.size()));
    }
  }

  private static final class RefusesRepetition extends BrokerTransport {
    private final Set<Delivery> stored = ConcurrentHashMap.newKeySet();

    RefusesRepetition(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      super.publish(results);
      for (Result result : results) {
        if (!stored.add(result.delivery())) {
          throw new IllegalArgumentException("there is a result already");
        }
      }
    }
  }

  private static final class SilentPublish extends BrokerTransport {
    SilentPublish(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      if (!broker().isDown()) {
        super.publish(results);
      }
    }
  }

  private static final class WritesAnew extends BrokerTransport {
    WritesAnew(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
      return super.takeResults(max, maxWait).stream()
          .map(json -> Bytes.utf8(json.toUtf8().replace(": ", ":")))
          .toList();
    }
  }

  private static final class CutsOff extends BrokerTransport {
    CutsOff(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      try {
        super.publish(results);
      } catch (ResultRejectedException e) {
        ResultMessage cut =
            ResultMessage.builder(e.result().message().id()).answer(200, Bytes.utf8("{}")).build();
        super.publish(List.of(new Result(e.result().delivery(), cut)));
      }
    }
  }

  private static final class PublishesAfterClose extends BrokerTransport {
    PublishesAfterClose(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      broker().reach();
      refuseLarge(results);
      store().resultQueue().publish(results);
    }
  }

  private static final class TakesNull extends BrokerTransport {
    TakesNull(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    void publish(List<Result> results) {
      if (results != null) {
        super.publish(results);
      }
    }
  }

  private static final class ForgetsReason extends BrokerTransport {
    ForgetsReason(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      return super.deadLetter(
          letters.stream().map(letter -> new DeadLetter(letter.delivery(), "")).toList());
    }
  }

  private static final class TellsNobody extends BrokerTransport {
    TellsNobody(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      super.deadLetter(letters);
      return List.of();
    }
  }

  private static final class SilentLetters extends BrokerTransport {
    SilentLetters(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      return broker().isDown() ? List.of() : super.deadLetter(letters);
    }
  }

  private abstract static class FindsQueues extends BrokerTransport {
    FindsQueues(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    /** The request queue that handed it out; the retry queue is no matter here. */
    RequestQueue queueOf(Delivery delivery) {
      return delivery.attempt() > 1
          ? store().retryQueue()
          : store().requestQueues().stream()
              .filter(queue -> queue.name().equals(delivery.queue()))
              .findFirst()
              .orElseThrow();
    }
  }

  /** When the connection breaks, the acknowledgement has got through, the result has not. */
  private static final class AcknowledgesFirst extends FindsQueues {
    AcknowledgesFirst(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      if (broker().isDown()) {
        results.forEach(
            result -> queueOf(result.delivery()).acknowledge(List.of(result.delivery())));
      }
      return super.settle(results);
    }
  }

  private static final class DoesNotAcknowledge extends FindsQueues {
    DoesNotAcknowledge(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      List<Delivery> lost = new ArrayList<>();
      for (Result result : results) {
        List<Delivery> delivery = List.of(result.delivery());
        lost.addAll(extend(queueOf(result.delivery()), delivery));
        if (!lost.contains(result.delivery())) {
          publish(List.of(result));
        }
      }
      return lost;
    }
  }

  private static final class StoresLost extends BrokerTransport {
    StoresLost(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      List<Delivery> lost = super.settle(results);
      for (Result result : results) {
        if (lost.contains(result.delivery())) {
          // Without the receipt nobody knows that it is stored already.
          Delivery copy = Copies.of(result.delivery()).receipt(null).build();
          publish(List.of(new Result(copy, result.message())));
        }
      }
      return lost;
    }
  }

  private static final class OneQueueOnly extends BrokerTransport {
    OneQueueOnly(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      if (results.stream().map(result -> result.delivery().queue()).distinct().count() > 1) {
        throw new IllegalArgumentException("deliveries of several queues");
      }
      return super.settle(results);
    }
  }

  private static final class AcknowledgesRejected extends FindsQueues {
    AcknowledgesRejected(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      try {
        return super.settle(results);
      } catch (ResultRejectedException e) {
        acknowledge(queueOf(e.result().delivery()), List.of(e.result().delivery()));
        throw e;
      }
    }
  }
}
