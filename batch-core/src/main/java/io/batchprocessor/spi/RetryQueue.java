package io.batchprocessor.spi;

import java.util.List;

/**
 * Where requests wait until they are due for another attempt: a {@link RequestQueue} whose messages
 * come from the engine. It keeps the rules of {@link RequestQueue}, but for 212, and adds:
 *
 * <ol>
 *   <li value="301">{@code schedule} stores the message, then acknowledges the original, atomically
 *       where the broker can: if the process dies in between, the message is in one place or in
 *       both, never in none.
 *   <li value="302">The message comes back not before it is due, by the broker's clock.
 *   <li value="303">It comes back with {@link Retry#attempt}, delivery count 1, the original's
 *       {@link Delivery#queue}, attributes and enqueue time, and the same body.
 *   <li value="304">Of those that are due, the one that has been due longest comes first, unless
 *       the transport documents another order.
 *   <li value="305">{@code schedule} takes deliveries of any request queue of the transport, and
 *       its own.
 *   <li value="306">{@code schedule} returns those whose lease was lost; for these nothing is
 *       stored. An adapter whose broker can't tell returns an empty list and documents it.
 *   <li value="307">What is scheduled survives a restart of the processor, and of the broker where
 *       the transport is durable.
 *   <li value="308">A {@code receive} that waits returns when a message becomes due, not only at
 *       the end of {@code maxWait}, also when it was scheduled while {@code receive} waited.
 *   <li value="309">{@code schedule} with delay zero makes the message available at once.
 *   <li value="310">The message comes back with {@link Retry#attributes}. An adapter whose broker
 *       keeps no attributes of messages documents it: notes are lost then, and nothing else.
 *   <li value="311">{@code schedule} takes several hundred retries at once; where the broker takes
 *       less in one call, the adapter makes several.
 * </ol>
 */
public interface RetryQueue extends RequestQueue {

  /**
   * Takes deliveries over until they are due.
   *
   * @return those whose lease was lost
   */
  List<Delivery> schedule(List<Retry> retries);
}
