package io.batchprocessor.examples.files;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.util.List;

/**
 * What both queues have in common: a line is held for good, because no other process can have it.
 */
abstract class LineQueue implements RequestQueue {

  private final Ledger ledger;

  LineQueue(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    ledger.checkOpen();
    List<Delivery> lost = over(deliveries);
    ledger.settled(deliveries.stream().map(Held::of).toList());
    return lost;
  }

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    ledger.checkOpen();
    return over(deliveries);
  }

  private List<Delivery> over(List<Delivery> deliveries) {
    return deliveries.stream().filter(delivery -> ledger.isOver(Held.of(delivery))).toList();
  }

  static void checkMax(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
  }
}
