package io.batchprocessor;

import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages from one queue while there is room for them: the loop of that queue's thread. With
 * nothing to take it waits in the broker; without room it waits for the dispatcher.
 */
final class Intake implements Runnable {

  /** How long one receive may wait, and so how soon a stop is seen at the latest. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(200).toNanos();

  /** A queue that has nothing is to wait; one that is back sooner than this has not. */
  private static final long TOO_SOON_NANOS = Duration.ofMillis(10).toNanos();

  /** How long it is left alone then, so that asking it is no loop without end. */
  private static final long HASTY_NANOS = Duration.ofMillis(50).toNanos();

  private final RequestQueue queue;
  private final Sluice sluice;
  private final Admission admission;
  private final @Nullable Cancellation cancellation;
  private final Settler settler;
  private final BrokerCalls broker;
  private final LongSupplier ticker;
  private final Doorbell doorbell = new Doorbell();
  private volatile boolean paused;
  private volatile boolean stopped;

  Intake(
      RequestQueue queue,
      Sluice sluice,
      Admission admission,
      @Nullable Cancellation cancellation,
      Settler settler,
      BrokerCalls broker,
      LongSupplier ticker) {
    this.queue = queue;
    this.sluice = sluice;
    this.admission = admission;
    this.cancellation = cancellation;
    this.settler = settler;
    this.broker = broker;
    this.ticker = ticker;
  }

  /** Where messages of the queue go, and how many more may come. */
  interface Sluice {

    /** How many messages to ask for now; 0: none. */
    int demand();

    /**
     * The buffer of a delivery; null if it was dealt with otherwise.
     *
     * @param askedNanos when the delivery was asked for
     */
    @Nullable QueueBuffer bufferOf(Delivery delivery, long askedNanos);

    /** Puts an admitted request where the dispatcher finds it. */
    void put(HeldRequest request);

    /** Everything of one batch was put. */
    void putAll();
  }

  RequestQueue queue() {
    return queue;
  }

  /** There may be room again. */
  void roomAgain() {
    doorbell.ring();
  }

  /** Takes nothing more until it is resumed; a receive that waits ends with its time. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    doorbell.ring();
  }

  void stop() {
    stopped = true;
    doorbell.ring();
  }

  @Override
  public void run() {
    int failures = 0;
    while (!stopped) {
      int demand = mayTake() ? sluice.demand() : 0;
      if (demand == 0) {
        doorbell.await(LOOK_AGAIN_NANOS);
        continue;
      }
      try {
        long leasedNanos = ticker.getAsLong();
        long asked = System.nanoTime();
        List<Delivery> deliveries = queue.receive(demand, MAX_WAIT);
        long waited = System.nanoTime() - asked;
        take(deliveries, leasedNanos);
        if (failures > 0) {
          broker.recovered("receive from " + queue.name());
          failures = 0;
        }
        if (deliveries.isEmpty() && waited < TOO_SOON_NANOS) {
          pause(HASTY_NANOS);
        }
      } catch (InterruptedException e) {
        // Only stop() interrupts; the loop's condition sees it. Anybody else's interrupt is not for
        // us.
      } catch (RuntimeException e) {
        if (!stopped) {
          failures++;
          broker.failed("receive from " + queue.name(), e);
          pause(broker.backoffNanos(failures));
        }
      }
    }
  }

  /** What can't be stored would only pile up: some messages end as soon as they are taken. */
  private boolean mayTake() {
    return !paused && !broker.isStalled() && !settler.isCongested();
  }

  /** Waits the whole time, whoever rings, unless it is for the end. */
  private void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !stopped; left = end - System.nanoTime()) {
      doorbell.await(left);
    }
  }

  private void take(List<Delivery> deliveries, long askedNanos) {
    List<HeldRequest> admitted = new ArrayList<>(deliveries.size());
    try {
      take(deliveries, askedNanos, admitted);
    } catch (RuntimeException | Error e) {
      // Held, and perhaps not where the dispatcher looks: nobody would end them.
      admitted.forEach(admission::giveBack);
      throw e;
    }
  }

  private void take(List<Delivery> deliveries, long askedNanos, List<HeldRequest> admitted) {
    for (Delivery delivery : deliveries) {
      QueueBuffer buffer = sluice.bufferOf(delivery, askedNanos);
      HeldRequest request =
          buffer == null ? null : admission.admit(delivery, queue, buffer, askedNanos);
      if (request != null) {
        admitted.add(request);
      }
    }
    Set<Delivery> cancelled = cancelledAmong(admitted);
    for (HeldRequest request : admitted) {
      if (cancelled.contains(request.delivery())) {
        admission.cancel(request);
      } else {
        sluice.put(request);
      }
    }
    if (!deliveries.isEmpty()) {
      sluice.putAll();
    }
  }

  private Set<Delivery> cancelledAmong(List<HeldRequest> requests) {
    if (cancellation == null || requests.isEmpty()) {
      return Set.of();
    }
    Map<Delivery, String> ids = new HashMap<>();
    requests.forEach(request -> ids.put(request.delivery(), request.message().id()));
    try {
      return cancellation.cancelled(ids);
    } catch (RuntimeException e) {
      // The lease keeper asks again while they are held.
      broker.failed("look up cancellations", e);
      return Set.of();
    }
  }
}
