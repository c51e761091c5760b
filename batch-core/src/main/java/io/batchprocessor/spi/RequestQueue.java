package io.batchprocessor.spi;

import java.time.Duration;
import java.util.List;

/**
 * A queue of requests: blocking and batched, the easiest thing to write an adapter for. Adapters
 * move bytes; the engine understands them.
 *
 * <p>{@link #receive} is called by one thread only, the queue's own. The other methods are called
 * by the settler and the lease keeper, also while {@code receive} waits: by two threads at the most
 * at once, which may both be in {@code extend}, and with the same delivery. No list that is passed
 * is empty or holds a null; every delivery in it came out of this queue.
 *
 * <p>The contract:
 *
 * <ol>
 *   <li value="201">{@code receive} returns at least one and at most {@code max} deliveries as soon
 *       as there are any: it does not wait for a batch to fill.
 *   <li value="202">With nothing to hand out, {@code receive} blocks for {@code maxWait} at the
 *       most, then returns an empty list, and does not return empty much earlier: the engine asks
 *       again at once. It never returns null.
 *   <li value="203">While its lease lasts, a message is not handed out again, by this process or
 *       any other.
 *   <li value="204">{@code release} makes the message available again, at once, with the same
 *       attempt and the same delivery count, as if it had never been handed out.
 *   <li value="205">{@code acknowledge} removes the message for good.
 *   <li value="206">When its lease runs out, the message is available again, with the same attempt
 *       and a delivery count that is one more.
 *   <li value="207">{@code extend} starts the lease anew, for as long as {@link Delivery#lease}
 *       says, and returns those deliveries whose lease is lost; for these it changes nothing.
 *   <li value="208">{@code acknowledge} returns those deliveries whose lease is lost, and leaves
 *       alone whoever holds the message by now. An adapter whose broker can't tell returns an empty
 *       list and documents it.
 *   <li value="209">{@code release} of a delivery whose lease is lost changes nothing.
 *   <li value="210">A delivery that is settled already counts as lost: acknowledging it again, or
 *       releasing or extending it, changes nothing.
 *   <li value="211">The body is what the producer wrote, byte for byte.
 *   <li value="212">The first attempt is 1, the first delivery count is 1, and the queue's name is
 *       the delivery's {@link Delivery#queue}.
 *   <li value="213">{@code acknowledge}, {@code release} and {@code extend} work while {@code
 *       receive} blocks, and do not wait for it to return; {@code extend} also while another thread
 *       is in it.
 *   <li value="214">An interrupt ends {@code receive} with {@link InterruptedException}, or is seen
 *       by the next call; what was taken from the broker is not lost.
 *   <li value="215">A method that fails throws a {@link RuntimeException}, and may be called again
 *       with the same arguments: what had been done already is not done twice.
 *   <li value="216">After the transport is closed every method throws {@link
 *       IllegalStateException}, and a {@code receive} that waits ends.
 *   <li value="217">Null is refused with {@link NullPointerException}, {@code max} below 1 with
 *       {@link IllegalArgumentException}.
 *   <li value="218">Two queues of one transport keep their messages apart.
 *   <li value="219">Lists are as long as the engine needs them: several hundred deliveries, for
 *       {@code extend} many thousand, all that is held. {@code receive} may be asked for more than
 *       the broker hands out at once. Where the broker takes less in one call, the adapter makes
 *       several.
 * </ol>
 */
public interface RequestQueue {

  /** The name that configuration, logs and metrics use; constant. */
  String name();

  /**
   * Takes messages from the broker.
   *
   * @param max the most deliveries to return, at least 1
   * @param maxWait how long to wait for the first; zero: not at all
   * @throws InterruptedException if interrupted while waiting
   */
  List<Delivery> receive(int max, Duration maxWait) throws InterruptedException;

  /**
   * Removes messages for good.
   *
   * @return those whose lease was lost
   */
  List<Delivery> acknowledge(List<Delivery> deliveries);

  /** Hands messages back, to be delivered again at once. */
  void release(List<Delivery> deliveries);

  /**
   * Starts the leases anew.
   *
   * @return those whose lease was lost
   */
  List<Delivery> extend(List<Delivery> deliveries);
}
