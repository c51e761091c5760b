package io.batchprocessor.examples.service;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.InvalidMessageException;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the broker now and then what waits there, in a thread of its own: a broker that does not
 * answer holds up nobody but this.
 */
final class BrokerLook implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLook.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final int RETRIES_SHOWN = 6;

  private final BatchProcessor processor;
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

  /** Asks now. What can't be asked stays as it was, with the reason in the health's detail. */
  void look() {
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
                  .map(inspection -> inspection.peek(retryQueue, RETRIES_SHOWN)));
    } catch (RuntimeException e) {
      LOG.debug("the broker could not be looked at", e);
      Seen last = seen;
      seen = new Seen(health, last.retryQueue(), last.backlogs(), last.retries());
    }
  }

  /** The id in a message; empty if it can't be read. */
  static String idOf(Bytes body) {
    try {
      return RequestMessage.parse(body, Integer.MAX_VALUE).id();
    } catch (InvalidMessageException e) {
      return "";
    }
  }
}
