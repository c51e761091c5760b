package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as a queue keeps it.
 *
 * @param room the request queue that it was submitted to
 * @param attributes what came back with it from the retry queue; producers give none
 * @param availableAt when it may be handed out: when it was submitted, or is due
 * @param order its place among those of one queue that are available at the same time
 * @param reply who waits for its result; null if the result goes to the result queue
 */
record StoredMessage(
    Room room,
    Bytes body,
    int attempt,
    int deliveryCount,
    Instant enqueuedAt,
    Map<String, String> attributes,
    long availableAt,
    long order,
    @Nullable PendingResult reply) {

  /** Who has been available for longer goes first. */
  static final Comparator<StoredMessage> BY_TURN =
      Comparator.comparingLong(StoredMessage::availableAt).thenComparingLong(StoredMessage::order);

  /** The same after a lease ran out. It keeps its turn. */
  StoredMessage redelivered() {
    return new StoredMessage(
        room, body, attempt, deliveryCount + 1, enqueuedAt, attributes, availableAt, order, reply);
  }

  /** The same for another attempt. */
  StoredMessage retried(Retry retry, long dueAt, long newOrder) {
    return new StoredMessage(
        room, body, retry.attempt(), 1, enqueuedAt, retry.attributes(), dueAt, newOrder, reply);
  }

  /**
   * Shows it.
   *
   * @param leftNanos how long it is until it may be handed out; not above zero: it may now
   * @param maxBodyBytes how much of its body
   */
  WaitingMessage toWaiting(Instant now, long leftNanos, int maxBodyBytes) {
    return new WaitingMessage(
        room.queue(),
        body.first(maxBodyBytes),
        body.length(),
        attempt,
        leftNanos > 0 ? now.plusNanos(leftNanos) : null);
  }

  /** Hands it out under {@code lease}. */
  Delivery toDelivery(Lease lease, Duration length) {
    return Delivery.builder(room.queue(), body)
        .attempt(attempt)
        .deliveryCount(deliveryCount)
        .enqueuedAt(enqueuedAt)
        .attributes(attributes)
        .lease(length)
        .receipt(lease)
        .build();
  }
}
