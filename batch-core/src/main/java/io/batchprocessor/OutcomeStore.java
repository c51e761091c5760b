package io.batchprocessor;

import io.batchprocessor.BrokerCalls.Patience;
import io.batchprocessor.Outcome.DeadLettered;
import io.batchprocessor.Outcome.Finished;
import io.batchprocessor.Outcome.Released;
import io.batchprocessor.Outcome.Retried;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes decisions to the broker, and says so to whoever wants to know. Each method returns when
 * the broker has everything, or throws when patience ends. Used by the settler only.
 */
final class OutcomeStore {

  private final ResultStore results;
  private final RetryQueue retryQueue;
  private final @Nullable DeadLetterQueue deadLetterQueue;
  private final HeldMessages held;
  private final BrokerCalls broker;
  private final GuardedListeners listeners;
  private final Counters counters;
  private final LongSupplier ticker;
  private final LogThrottle noDeadLetters;

  OutcomeStore(
      Transport transport,
      HeldMessages held,
      BrokerCalls broker,
      Engine.Shared shared,
      LongSupplier ticker) {
    this.results = ResultStore.of(transport, broker, shared.listeners(), ticker);
    this.retryQueue = transport.retryQueue();
    this.deadLetterQueue = transport.deadLetterQueue().orElse(null);
    this.held = held;
    this.broker = broker;
    this.listeners = shared.listeners();
    this.counters = shared.counters();
    this.ticker = ticker;
    this.noDeadLetters = new LogThrottle(ticker);
  }

  void finished(List<Finished> outcomes, Patience patience) {
    if (outcomes.isEmpty()) {
      return;
    }
    List<DeadLettered> refused =
        results.store(
            outcomes,
            patience,
            (outcome, stored) -> {
              HeldRequest request = outcome.request();
              if (!stored) {
                lost(outcome);
              } else {
                held.remove(outcome.held());
                counters.finished(outcome.result());
                if (request != null) {
                  listeners.tell(request, listener -> listener.finished(request, outcome.result()));
                } else {
                  Delivery delivery = outcome.held().delivery();
                  listeners.tell(listener -> listener.refused(delivery, outcome.result()));
                }
              }
            });
    deadLettered(refused, patience);
  }

  void retried(List<Retried> outcomes, Patience patience) {
    if (outcomes.isEmpty()) {
      return;
    }
    Map<Delivery, Map<String, String>> notes = new HashMap<>();
    outcomes.forEach(outcome -> notes.put(outcome.held().delivery(), notes(outcome)));
    Set<Delivery> lost =
        new HashSet<>(
            broker.untilStored(
                "schedule retries",
                patience,
                () ->
                    retryQueue.schedule(
                        outcomes.stream().map(outcome -> retry(outcome, notes)).toList())));
    for (Retried outcome : outcomes) {
      HeldRequest request = outcome.request();
      if (lost.contains(outcome.held().delivery())) {
        lost(outcome);
        continue;
      }
      held.remove(outcome.held());
      if (outcome.isFurtherAttempt()) {
        counters.retried.increment();
        if (request != null) {
          Duration delay = delay(outcome);
          listeners.tell(request, listener -> listener.retryScheduled(request, delay));
        }
      } else {
        counters.putOff.increment();
        if (request != null) {
          counters.released.increment();
          listeners.tell(request, listener -> listener.released(request, "put off"));
        }
      }
    }
  }

  void released(List<Released> outcomes, Patience patience) {
    Map<RequestQueue, List<Released>> bySource =
        outcomes.stream().collect(Collectors.groupingBy(outcome -> outcome.held().source()));
    bySource.forEach(
        (source, some) -> {
          List<Delivery> deliveries =
              some.stream().map(outcome -> outcome.held().delivery()).toList();
          broker.untilStored(
              "release to " + source.name(),
              patience,
              () -> {
                source.release(deliveries);
                return deliveries;
              });
          for (Released outcome : some) {
            HeldRequest request = outcome.request();
            held.remove(outcome.held());
            counters.released.increment();
            if (source == retryQueue) {
              counters.putOff.increment();
            }
            if (request != null) {
              listeners.tell(request, listener -> listener.released(request, outcome.reason()));
            }
          }
        });
  }

  void deadLettered(List<DeadLettered> outcomes, Patience patience) {
    if (outcomes.isEmpty()) {
      return;
    }
    Set<Delivery> lost = new HashSet<>(bury(outcomes, patience));
    for (DeadLettered outcome : outcomes) {
      Delivery delivery = outcome.held().delivery();
      if (lost.contains(delivery)) {
        lost(outcome);
      } else {
        held.remove(outcome.held());
        counters.deadLettered.increment();
        listeners.tell(listener -> listener.deadLettered(delivery, outcome.reason()));
      }
    }
  }

  private List<Delivery> bury(List<DeadLettered> outcomes, Patience patience) {
    DeadLetterQueue queue = deadLetterQueue;
    if (queue != null) {
      List<DeadLetter> letters =
          outcomes.stream()
              .map(outcome -> new DeadLetter(outcome.held().delivery(), outcome.reason()))
              .toList();
      return broker.untilStored("dead-letter", patience, () -> queue.deadLetter(letters));
    }
    for (DeadLettered outcome : outcomes) {
      if (noDeadLetters.permits()) {
        Engine.LOG.error(
            "the transport has no dead-letter queue: {} is dropped: {} ({} more such messages were"
                + " not logged)",
            outcome.held().delivery(),
            outcome.reason(),
            noDeadLetters.suppressed());
      }
    }
    return results.acknowledge(outcomes, patience);
  }

  /** Asked for once, however often the broker is. */
  private Map<String, String> notes(Retried outcome) {
    HeldRequest request = outcome.request();
    return request != null && outcome.isFurtherAttempt() ? listeners.notes(request) : Map.of();
  }

  private Retry retry(Retried outcome, Map<Delivery, Map<String, String>> notes) {
    Delivery delivery = outcome.held().delivery();
    return new Retry(
        delivery, delay(outcome), outcome.attempt(), notes.getOrDefault(delivery, Map.of()));
  }

  private Duration delay(Retried outcome) {
    return Duration.ofNanos(Math.max(0, outcome.dueNanos() - ticker.getAsLong()));
  }

  private void lost(Outcome outcome) {
    held.remove(outcome.held());
    counters.leasesLost.increment();
    if (outcome.held() instanceof HeldRequest request) {
      listeners.tell(request, listener -> listener.leaseLost(request));
    }
  }
}
