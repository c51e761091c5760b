package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settings;
import java.util.List;

/** Faults that show with more than one delivery in a list. */
final class BatchFaults {

  private BatchFaults() {}

  static List<Fault> all() {
    return List.of(
        transport(
            "takes ten at a time and throws for more", TakesTen::new, 219, 311, 407, 504, 616));
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
}
