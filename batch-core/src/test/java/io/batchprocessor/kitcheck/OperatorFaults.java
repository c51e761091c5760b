package io.batchprocessor.kitcheck;

import static io.batchprocessor.kitcheck.Fault.transport;

import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.StoredDeadLetter;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.List;

/** Faults of what operators look at. */
final class OperatorFaults {

  private OperatorFaults() {}

  static List<Fault> all() {
    return List.of(
        transport("takes what it shows", TakesWhatItShows::new, 661),
        transport("does not tell when a retry is due", HidesDueTimes::new, 662),
        transport("shows more than was asked for", ShowsAll::new, 663),
        transport("shows an unknown queue as empty", ShowsAnyQueue::new, 663),
        transport("shows whole bodies", ShowsWholeBodies::new, 663, 664, 675),
        transport("tells the length of what it cut", TellsWhatIsLeft::new, 664, 675),
        transport("takes the letters that it shows", TakesLetters::new, 671, 672, 673, 674, 675),
        transport("drops a letter instead of a retry", DropsOnRetry::new, 672),
        transport("retries a letter instead of a drop", RetriesOnDrop::new, 673, 674),
        transport("takes the first letter for an unknown key", TakesFirst::new, 674));
  }

  private static final class TakesWhatItShows extends BrokerTransport {
    TakesWhatItShows(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      List<WaitingMessage> shown = super.peek(queue, max, maxBodyBytes);
      if (shown.size() == max || queue.equals(retryQueue().name())) {
        return shown;
      }
      RequestQueue source =
          store().requestQueues().stream()
              .filter(one -> one.name().equals(queue))
              .findFirst()
              .orElseThrow();
      try {
        source.acknowledge(source.receive(max, Duration.ZERO));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return shown;
    }
  }

  private static final class HidesDueTimes extends BrokerTransport {
    HidesDueTimes(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      return super.peek(queue, max, maxBodyBytes).stream()
          .map(one -> new WaitingMessage(one.queue(), one.body(), one.bytes(), one.attempt(), null))
          .toList();
    }
  }

  private static final class ShowsAll extends BrokerTransport {
    ShowsAll(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      return super.peek(queue, 100, maxBodyBytes);
    }
  }

  private static final class ShowsAnyQueue extends BrokerTransport {
    ShowsAnyQueue(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      try {
        return super.peek(queue, max, maxBodyBytes);
      } catch (IllegalArgumentException e) {
        return List.of();
      }
    }
  }

  private static final class ShowsWholeBodies extends BrokerTransport {
    ShowsWholeBodies(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      return super.peek(queue, max, Integer.MAX_VALUE);
    }

    @Override
    public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
      return super.deadLetters(max, Integer.MAX_VALUE);
    }
  }

  private static final class TellsWhatIsLeft extends BrokerTransport {
    TellsWhatIsLeft(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
      return super.peek(queue, max, maxBodyBytes).stream()
          .map(
              one ->
                  new WaitingMessage(
                      one.queue(), one.body(), one.body().length(), one.attempt(), one.dueAt()))
          .toList();
    }

    @Override
    public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
      return super.deadLetters(max, maxBodyBytes).stream()
          .map(
              one ->
                  new StoredDeadLetter(
                      one.key(),
                      one.queue(),
                      one.body(),
                      one.body().length(),
                      one.reason(),
                      one.storedAt()))
          .toList();
    }
  }

  private static final class TakesLetters extends BrokerTransport {
    TakesLetters(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
      List<StoredDeadLetter> shown = super.deadLetters(max, maxBodyBytes);
      store().takeDeadLetters(max);
      return shown;
    }
  }

  private static final class DropsOnRetry extends BrokerTransport {
    DropsOnRetry(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public boolean retryDeadLetter(String key) {
      return super.dropDeadLetter(key);
    }
  }

  private static final class RetriesOnDrop extends BrokerTransport {
    RetriesOnDrop(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public boolean dropDeadLetter(String key) {
      return super.retryDeadLetter(key);
    }
  }

  private static final class TakesFirst extends BrokerTransport {
    TakesFirst(MemoryBroker broker, Settings settings) {
      super(broker, settings);
    }

    @Override
    public boolean dropDeadLetter(String key) {
      return super.dropDeadLetter(key)
          || super.dropDeadLetter(super.deadLetters(1, 0).get(0).key());
    }
  }
}
