package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request queue: first in, first out; bounded for producers. */
final class MemoryRequestQueue extends LeasedQueue {

  private final InstantSource clock;
  private final Room room;

  MemoryRequestQueue(
      String name, Guard guard, Duration leaseLength, InstantSource clock, int capacity) {
    super(name, guard, leaseLength);
    this.clock = clock;
    this.room = new Room(name, capacity, guard);
  }

  /**
   * Adds one message.
   *
   * @throws QueueFullException if there is no room
   */
  void offer(Bytes body, PendingResult reply) {
    Instant enqueuedAt = clock.instant();
    guard().lockOpen();
    try {
      if (room.isFull()) {
        throw room.full();
      }
      add(body, enqueuedAt, reply);
    } finally {
      guard().unlock();
    }
  }

  /** Adds messages in their order, each as soon as there is room. */
  void put(List<Bytes> bodies) {
    guard().lockOpen();
    int stored = 0;
    try {
      for (Bytes body : bodies) {
        room.awaitFree();
        add(body, clock.instant(), null);
        stored++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(notAllStored("interrupted", stored, bodies.size()), e);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(notAllStored("transport closed", stored, bodies.size()), e);
    } finally {
      guard().unlock();
    }
  }

  /** Lock held: adds a message that was here before, be there room or not. */
  void putBack(Bytes body) {
    add(body, clock.instant(), null);
  }

  private void add(Bytes body, Instant enqueuedAt, @Nullable PendingResult reply) {
    put(
        new StoredMessage(
            room, body, 1, 1, enqueuedAt, Map.of(), guard().now(), nextOrder(), reply));
  }

  private String notAllStored(String why, int stored, int of) {
    return "%s while queue '%s' was full: the first %d of %d messages are stored"
        .formatted(why, name(), stored, of);
  }
}
