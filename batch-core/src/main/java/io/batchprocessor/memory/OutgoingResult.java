package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import org.jspecify.annotations.Nullable;

/**
 * A result on its way to the future that waits for it, or into the queue.
 *
 * @param lease under which the request is held; null if the request is not this transport's
 * @param json what the queue keeps; null if a future waits instead
 */
record OutgoingResult(Result result, @Nullable Lease lease, @Nullable Bytes json) {

  /** Encodes the result, which takes its time: not to be called under the lock. */
  static OutgoingResult of(Result result, Guard guard) {
    @Nullable Lease lease = Lease.find(result.delivery(), guard);
    boolean awaited = lease != null && lease.reply() != null;
    return new OutgoingResult(result, lease, awaited ? null : result.message().toJson());
  }

  Delivery delivery() {
    return result.delivery();
  }

  String id() {
    return result.message().id();
  }

  /** Lock held. */
  boolean isHeld(long now) {
    return lease != null && lease.queue().holds(lease, now);
  }

  /** Lock held. */
  void acknowledge(long now) {
    if (lease != null) {
      lease.queue().end(lease, now);
    }
  }

  /** Lock held: whether it was stored before. */
  boolean isStored() {
    return lease != null && lease.isAnswered();
  }

  /** Lock held: remembers that it is stored. */
  void stored() {
    if (lease != null) {
      lease.answered();
    }
  }

  /** Runs the code of whoever waits: not to be called under the lock. */
  void answer() {
    if (lease != null && lease.reply() != null) {
      lease.reply().answer(result.message());
    }
  }
}
