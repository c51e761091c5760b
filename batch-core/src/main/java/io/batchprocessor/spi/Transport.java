package io.batchprocessor.spi;

import java.util.List;
import java.util.Optional;

/**
 * One connection to a broker: its request queues, its retry queue, its result queue. What else a
 * broker can do it says by implementing {@link Settlement}, {@link BacklogReporter}, {@link
 * HealthCheck}, {@link Cancellation}, {@link Producer}, {@link Inspection} or {@link
 * DeadLetterReview} as well.
 *
 * <ol>
 *   <li value="101">Each accessor returns the same object, or an equal list, every time.
 *   <li value="102">There is at least one request queue, and no two share a name.
 *   <li value="103">{@code close} ends every thread and connection of the transport's own, is
 *       harmless when repeated, and may be called from any thread.
 *   <li value="104">{@code close} settles nothing: what is held runs into the end of its lease,
 *       unless the engine released it before.
 *   <li value="105">Two transports opened with the same settings see the same queues, where the
 *       broker outlives the process.
 * </ol>
 */
public interface Transport extends AutoCloseable {

  /** The request queues, in the order of their configuration. */
  List<? extends RequestQueue> requestQueues();

  /** Where requests wait for another attempt. */
  RetryQueue retryQueue();

  /** Where results go. */
  ResultQueue resultQueue();

  /**
   * Where messages without an id go; empty if the broker has no such place: then they are logged.
   */
  default Optional<DeadLetterQueue> deadLetterQueue() {
    return Optional.empty();
  }

  @Override
  void close();
}
