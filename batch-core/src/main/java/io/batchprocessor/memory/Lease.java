package io.batchprocessor.memory;

import io.batchprocessor.spi.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * One hand-out of one message: the receipt of a delivery. Compared by identity, which makes it the
 * fence: once it has ended, no delivery that carries it can change anything.
 *
 * <p>What changes is guarded by the transport's lock.
 */
final class Lease {

  private final LeasedQueue queue;
  private final StoredMessage message;
  private long endsAt;
  private boolean answered;

  Lease(LeasedQueue queue, StoredMessage message, long endsAt) {
    this.queue = queue;
    this.message = message;
    this.endsAt = endsAt;
  }

  /**
   * The lease under which {@code delivery} was handed out.
   *
   * @throws IllegalArgumentException if it was not handed out by the transport of {@code guard}
   */
  static Lease of(Delivery delivery, Guard guard) {
    @Nullable Lease lease = find(delivery, guard);
    if (lease == null) {
      throw new IllegalArgumentException(delivery + " was not handed out by this transport");
    }
    return lease;
  }

  /** The same; null if it was not handed out by the transport of {@code guard}. */
  static @Nullable Lease find(Delivery delivery, Guard guard) {
    return delivery.receipt() instanceof Lease lease && lease.queue.guard() == guard ? lease : null;
  }

  /** The queue that handed the message out. */
  LeasedQueue queue() {
    return queue;
  }

  StoredMessage message() {
    return message;
  }

  /** Who waits for the result; null if it goes to the result queue. */
  @Nullable PendingResult reply() {
    return message.reply();
  }

  boolean isOver(long now) {
    return endsAt <= now;
  }

  long endsAt() {
    return endsAt;
  }

  void endsAt(long newEnd) {
    endsAt = newEnd;
  }

  /** Whether a result was published under this lease. */
  boolean isAnswered() {
    return answered;
  }

  void answered() {
    answered = true;
  }
}
