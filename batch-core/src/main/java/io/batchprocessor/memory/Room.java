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
  private final Condition freed;
  private int waiting;

  Room(String queue, int capacity, Guard guard) {
    this.queue = queue;
    this.capacity = capacity;
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

  void leave() {
    waiting--;
    passOn();
  }

  /** Waits until there is room, or a wake-up for nothing. */
  @SuppressWarnings("WaitNotInLoop") // the caller's loop
  void await() throws InterruptedException {
    freed.await();
  }

  /** Tells the next producer that waits, if there is room for it. */
  void passOn() {
    if (!isFull()) {
      freed.signal();
    }
  }

  QueueFullException full() {
    return new QueueFullException(
        ("queue '%s' is full (waiting=%d/%d): submit later, submit with submit(queue, messages), which"
                + " waits for room, or raise memory.capacity")
            .formatted(queue, waiting, capacity));
  }
}
