package io.batchprocessor.examples.files;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Lines that wait for another attempt; what they say is read again when they are due. They do not
 * survive the process, and need not: without a result they are asked by the next run, as if for the
 * first time. Notes with a retry are not kept.
 */
final class WaitingQueue extends LineQueue implements RetryQueue {

  private final InputLines lines;
  private final Ledger ledger;
  private final LongSupplier ticker;

  WaitingQueue(InputLines lines, Ledger ledger, LongSupplier ticker) {
    super(ledger);
    this.lines = lines;
    this.ledger = ledger;
    this.ticker = ticker;
  }

  @Override
  public String name() {
    return "retry";
  }

  @Override
  public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    Objects.requireNonNull(maxWait, "maxWait");
    checkMax(max);
    List<Ledger.Waiting> due = ledger.takeDue(max, ticker.getAsLong() + maxWait.toNanos());
    List<Delivery> deliveries = new ArrayList<>(due.size());
    try {
      for (Ledger.Waiting line : due) {
        deliveries.add(lines.again(line.line(), line.attempt()));
      }
      return deliveries;
    } catch (IOException e) {
      ledger.putBack(due);
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    ledger.checkOpen();
    return retries.stream()
        .filter(
            retry ->
                !ledger.waits(Held.of(retry.delivery()), retry.attempt(), retry.delay().toNanos()))
        .map(Retry::delivery)
        .toList();
  }

  @Override
  public void release(List<Delivery> deliveries) {
    for (Delivery delivery : deliveries) {
      boolean unused = ledger.waits(Held.of(delivery), delivery.attempt(), 0);
    }
  }
}
