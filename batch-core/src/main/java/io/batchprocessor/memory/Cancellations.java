package io.batchprocessor.memory;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Delivery;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What was cancelled: ids that were named, and requests whose future was ended by its owner. The
 * latter say so themselves; only the ids need memory, for an hour at the most.
 */
final class Cancellations {

  static final Duration REMEMBERED = Duration.ofHours(1);
  static final int MOST = 100_000;

  private final Guard guard;

  /** Until when each id is remembered; who was cancelled first stands first. */
  private final LinkedHashMap<String, Long> endById = new LinkedHashMap<>();

  /** The size of {@code endById}, written under the lock: asking for nothing takes no lock. */
  private volatile int ids;

  Cancellations(Guard guard) {
    this.guard = guard;
  }

  void cancel(String id) {
    Objects.requireNonNull(id, "id");
    guard.lockOpen();
    try {
      long now = guard.now();
      forgetOld(now);
      endById.remove(id);
      if (endById.size() >= MOST) {
        throw new QueueFullException(
            "request '%s' can't be cancelled: %d cancelled ids await their results already; cancel it later"
                .formatted(id, MOST));
      }
      endById.put(id, Guard.after(now, NANOSECONDS.convert(REMEMBERED)));
      ids = endById.size();
    } finally {
      guard.unlock();
    }
  }

  Set<Delivery> among(Map<Delivery, String> idsByDelivery) {
    Objects.requireNonNull(idsByDelivery, "idsByDelivery");
    Set<Delivery> cancelled = new HashSet<>();
    for (Delivery delivery : idsByDelivery.keySet()) {
      PendingResult reply = Lease.of(delivery, guard).reply();
      if (reply != null && reply.isAbandoned()) {
        cancelled.add(delivery);
      }
    }
    if (ids > 0) {
      addNamed(idsByDelivery, cancelled);
    }
    return cancelled;
  }

  /** Lock held: a result for {@code id} is stored. */
  void forget(String id) {
    if (ids > 0) {
      endById.remove(id);
      ids = endById.size();
    }
  }

  private void addNamed(Map<Delivery, String> idsByDelivery, Set<Delivery> cancelled) {
    guard.lockOpen();
    try {
      forgetOld(guard.now());
      idsByDelivery.forEach(
          (delivery, id) -> {
            if (endById.containsKey(id)) {
              cancelled.add(delivery);
            }
          });
    } finally {
      guard.unlock();
    }
  }

  private void forgetOld(long now) {
    Iterator<Long> oldestFirst = endById.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next() <= now) {
      oldestFirst.remove();
    }
    ids = endById.size();
  }
}
