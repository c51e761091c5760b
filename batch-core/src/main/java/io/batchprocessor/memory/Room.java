package io.batchprocessor.memory;

import java.util.concurrent.locks.Condition;

/**
 * How many messages of one request queue may wait: in the queue itself and, once tried, in the
 * retry queue. A message that came back is always let in, so that a release never fails; only
 * producers have to wait for room.
 *
 * <p>Guarded by the transport's lock.
 */
final class Room {

  private final String queue;
  private final int capacity;
  private final Guard guard;
  private final Condition freed;
  private int waiting;

  Room(String queue, int capacity, Guard guard) {
    this.queue = queue;
    this.capacity = capacity;
    this.guard = guard;
    this.freed = guard.newCondition();
  }

  /** The request queue that it belongs to. */
  String queue() {
    return queue;
  }

  boolean isFull() {
    return waiting >= capacity;
  }

  void enter() {
    waiting++;
  }

  /** Makes room; a place that is free wakes one producer, who takes it or finds it taken. */
  void leave() {
    waiting--;
    if (!isFull()) {
      freed.signal();
    }
  }

  /** Waits until there is room, or the transport is closed. */
  void awaitFree() throws InterruptedException {
    while (isFull()) {
      freed.await();
      guard.checkOpen();
    }
  }

  QueueFullException full() {
    return new QueueFullException(
        ("queue '%s' is full (waiting=%d/%d): submit later, submit with submit(queue, messages), which"
                + " waits for room, or raise memory.capacity")
            .formatted(queue, waiting, capacity));
  }
}
