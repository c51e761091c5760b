package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settings;
import java.util.List;
import java.util.function.Function;

/** Faults that show with more than one delivery in a list. */
final class BatchFaults {

  private BatchFaults() {}

  static List<Fault> all() {
    return List.of(
        transport(
            "takes ten at a time and throws for more", TakesTen::new, 219, 311, 407, 504, 616),
        transport("calls all lost if one is", CallsAllLost::new, 207, 208, 306, 502, 613),
        transport("stops at the first lost one", StopsAtLost::new, 207, 208, 209, 306, 502, 613));
  }

  private static final class TakesTen extends BrokerTransport {
    TakesTen(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    private static void atMostTen(List<?> batch) {
      if (batch.size() > 10) {
        throw new IllegalArgumentException("the broker takes ten at a time, not " + batch.size());
      }
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      atMostTen(deliveries);
      return super.acknowledge(queue, deliveries);
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      atMostTen(deliveries);
      super.release(queue, deliveries);
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      atMostTen(deliveries);
      return super.extend(queue, deliveries);
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      atMostTen(retries);
      return super.schedule(retries);
    }

    @Override
    void publish(List<Result> results) {
      atMostTen(results);
      super.publish(results);
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      atMostTen(letters);
      return super.deadLetter(letters);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      atMostTen(results);
      return super.settle(results);
    }
  }

  private static final class CallsAllLost extends BrokerTransport {
    CallsAllLost(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      return super.acknowledge(queue, deliveries).isEmpty() ? List.of() : deliveries;
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      return super.extend(queue, deliveries).isEmpty() ? List.of() : deliveries;
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      return super.schedule(retries).isEmpty()
          ? List.of()
          : retries.stream().map(Retry::delivery).toList();
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      return super.deadLetter(letters).isEmpty()
          ? List.of()
          : letters.stream().map(DeadLetter::delivery).toList();
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      return super.settle(results).isEmpty()
          ? List.of()
          : results.stream().map(Result::delivery).toList();
    }
  }

  private static final class StopsAtLost extends BrokerTransport {
    StopsAtLost(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    private static <T> List<Delivery> untilLost(
        List<T> batch, Function<List<T>, List<Delivery>> call) {
      for (T one : batch) {
        List<Delivery> lost = call.apply(List.of(one));
        if (!lost.isEmpty()) {
          return lost;
        }
      }
      return List.of();
    }

    @Override
    List<Delivery> acknowledge(RequestQueue queue, List<Delivery> deliveries) {
      reach();
      return untilLost(deliveries, one -> super.acknowledge(queue, one));
    }

    @Override
    List<Delivery> extend(RequestQueue queue, List<Delivery> deliveries) {
      reach();
      return untilLost(deliveries, one -> super.extend(queue, one));
    }

    @Override
    void release(RequestQueue queue, List<Delivery> deliveries) {
      reach();
      untilLost(
          deliveries,
          one -> {
            List<Delivery> lost = super.extend(queue, one);
            super.release(queue, one);
            return lost;
          });
    }

    @Override
    List<Delivery> schedule(List<Retry> retries) {
      return untilLost(retries, super::schedule);
    }

    @Override
    List<Delivery> deadLetter(List<DeadLetter> letters) {
      return untilLost(letters, super::deadLetter);
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      return untilLost(results, super::settle);
    }
  }
}
