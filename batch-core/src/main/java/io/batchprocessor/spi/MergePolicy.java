package io.batchprocessor.spi;

import java.util.List;

/**
 * Picks the queue whose request goes next. Called by one thread at a time, the dispatcher's or one
 * of the HTTP client's, so it needs no synchronization of its own; one instance serves one worker
 * pool.
 *
 * <ol>
 *   <li value="701">{@code select} returns one of the views it was given, and one that is not
 *       empty.
 *   <li value="702">It decides from what the views show, and from what it has picked before; it
 *       does no I/O and does not block.
 *   <li value="703">No queue that stays non-empty is passed over for ever, unless the policy
 *       documents that it may.
 *   <li value="704">Views are valid during the call only; their number, order and names do not
 *       change over a policy's life.
 * </ol>
 *
 * <p>A policy that throws or picks an empty queue is logged and counted, and the first non-empty
 * queue goes instead.
 */
@FunctionalInterface
public interface MergePolicy {

  /**
   * Picks.
   *
   * @param queues all queues of the pool in the order of their configuration; at least one is not
   *     empty
   */
  QueueView select(List<? extends QueueView> queues);
}
