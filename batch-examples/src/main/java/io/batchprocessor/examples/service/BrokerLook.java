package io.batchprocessor.examples.service;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker now and then what waits there, in a thread of its own: a broker that does not
 * answer holds up nobody but this, and who reads after a while in which nobody did.
 */
final class BrokerLook implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLook.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final int RETRIES_SHOWN = 6;

  /** Of a retry, enough to find the id in, unless it comes after a long payload. */
  private static final int TO_FIND_ID = 4096;

  /** Retries are looked at while there was a reader in this time. */
  private static final Duration READ_OF_LATE = Duration.ofMinutes(1);

  private final BatchProcessor processor;
  private final AtomicLong lastReadNanos = new AtomicLong(System.nanoTime());
  private volatile Seen seen =
      new Seen(new Health(false, "not asked yet"), "", Optional.empty(), Optional.empty());

  /**
   * What was seen last.
   *
   * @param health of processor and broker
   * @param retryQueue the name of the retry queue
   * @param backlogs empty if the transport can't tell
   * @param retries those that are due first; empty if the transport can't tell
   */
  record Seen(
      Health health,
      String retryQueue,
      Optional<List<Backlog>> backlogs,
      Optional<List<WaitingMessage>> retries) {}

  BrokerLook(BatchProcessor processor) {
    this.processor = processor;
  }

  Seen seen() {
    return seen;
  }

  @Override
  public void run() {
    try {
      while (true) {
        look();
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Somebody reads what was seen.
   *
   * @return whether it was looked at again for them: nobody had read it for so long
   */
  boolean read() {
    long now = System.nanoTime();
    boolean stale = now - lastReadNanos.getAndSet(now) > READ_OF_LATE.toNanos();
    if (stale) {
      look();
    }
    return stale;
  }

  private List<WaitingMessage> retries(Inspection inspection, String retryQueue) {
    return System.nanoTime() - lastReadNanos.get() > READ_OF_LATE.toNanos()
        ? seen.retries().orElse(List.of())
        : inspection.peek(retryQueue, RETRIES_SHOWN, TO_FIND_ID);
  }

  /** Asks now. What can't be asked stays as it was, with the reason in the health's detail. */
  synchronized void look() {
    Health health = processor.health();
    try {
      String retryQueue =
          processor
              .ability(Transport.class)
              .map(transport -> transport.retryQueue().name())
              .orElse("");
      seen =
          new Seen(
              health,
              retryQueue,
              processor.ability(BacklogReporter.class).map(BacklogReporter::backlogs),
              processor
                  .ability(Inspection.class)
                  .map(inspection -> retries(inspection, retryQueue)));
    } catch (RuntimeException e) {
      LOG.debug("the broker could not be looked at", e);
      Seen last = seen;
      seen = new Seen(health, last.retryQueue(), last.backlogs(), last.retries());
    }
  }
}
