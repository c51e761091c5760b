package io.batchprocessor;

import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Extends the leases of what is held, and looks for requests that were cancelled meanwhile: the
 * loop of the lease keeper's thread.
 */
final class LeaseKeeper implements Runnable {

  private static final long TICK_NANOS = Duration.ofMillis(50).toNanos();
  private static final long IDLE_NANOS = Duration.ofMillis(250).toNanos();
  private static final long CANCELLATION_NANOS = Duration.ofSeconds(1).toNanos();

  /** Leases don't wait: after a few failures in a row the pause grows no further, to 0.8 s. */
  private static final int MOST_FAILURES = 4;

  private final HeldMessages held;
  private final Attempts attempts;
  private final @Nullable Cancellation cancellation;
  private final BrokerCalls broker;
  private final GuardedListeners listeners;
  private final Counters counters;
  private final LongSupplier ticker;
  private final Doorbell doorbell = new Doorbell();
  private volatile boolean stopped;
  private int failures;

  LeaseKeeper(
      HeldMessages held,
      Attempts attempts,
      @Nullable Cancellation cancellation,
      BrokerCalls broker,
      Engine.Shared shared,
      LongSupplier ticker) {
    this.held = held;
    this.attempts = attempts;
    this.cancellation = cancellation;
    this.broker = broker;
    this.listeners = shared.listeners();
    this.counters = shared.counters();
    this.ticker = ticker;
  }

  void stop() {
    stopped = true;
    doorbell.ring();
  }

  @Override
  public void run() {
    long lookForCancellations = ticker.getAsLong() + CANCELLATION_NANOS;
    while (!stopped) {
      long wait = held.isEmpty() ? IDLE_NANOS : TICK_NANOS;
      if (extendWhatIsDue()) {
        failures = 0;
      } else {
        failures = Math.min(failures + 1, MOST_FAILURES);
        wait = broker.backoffNanos(failures);
      }
      if (cancellation != null && ticker.getAsLong() - lookForCancellations >= 0) {
        lookForCancellations = ticker.getAsLong() + CANCELLATION_NANOS;
        endCancelled(cancellation);
      }
      doorbell.await(wait);
    }
  }

  /** False if not all could be: one queue that fails does not keep the others from it. */
  private boolean extendWhatIsDue() {
    long now = ticker.getAsLong();
    Map<RequestQueue, List<HeldMessage>> due =
        held.stream()
            .filter(message -> message.leaseIsDue(now))
            .collect(Collectors.groupingBy(HeldMessage::source));
    boolean allExtended = true;
    for (Map.Entry<RequestQueue, List<HeldMessage>> entry : due.entrySet()) {
      try {
        extend(entry.getKey(), entry.getValue());
      } catch (RuntimeException e) {
        broker.failed("extend leases of " + entry.getKey().name(), e);
        allExtended = false;
      }
    }
    return allExtended;
  }

  private void extend(RequestQueue source, List<HeldMessage> messages) {
    long started = ticker.getAsLong();
    Set<Delivery> lost =
        new HashSet<>(source.extend(messages.stream().map(HeldMessage::delivery).toList()));
    for (HeldMessage message : messages) {
      if (lost.contains(message.delivery())) {
        lost(message);
      } else {
        message.leaseExtended(started);
      }
    }
  }

  /** Another process may have it by now: finish quietly, publish nothing. */
  private void lost(HeldMessage message) {
    if (message instanceof HeldRequest request && attempts.lose(request)) {
      held.remove(request);
      counters.leasesLost.increment();
      listeners.tell(request, listener -> listener.leaseLost(request));
    } else {
      // Being settled just now, which ends the lease too: the settler finds out which it was.
      message.leaseDoubted(ticker.getAsLong());
    }
  }

  private void endCancelled(Cancellation cancellation) {
    Map<Delivery, HeldRequest> undecided =
        held.requests()
            .filter(request -> request.isBuffered() || request.isInFlight())
            .collect(Collectors.toMap(HeldRequest::delivery, request -> request));
    if (undecided.isEmpty()) {
      return;
    }
    Map<Delivery, String> ids =
        undecided.values().stream()
            .collect(Collectors.toMap(HeldRequest::delivery, request -> request.message().id()));
    try {
      for (Delivery delivery : cancellation.cancelled(ids)) {
        HeldRequest request = undecided.get(delivery);
        if (request != null) {
          attempts.cancel(request);
        }
      }
    } catch (RuntimeException e) {
      broker.failed("look up cancellations", e);
    }
  }
}
