package io.batchprocessor.examples.gateway;

/** Hears what happens inside a {@link ContinuousBatch}, in its nanoseconds, on its thread. */
public interface EngineListener {

  /** A sequence left the queue and has a slot. */
  default void scheduled(Sequence sequence, long nowNanos) {}

  /** A sequence's prompt is prefilled and its first token is there. */
  default void firstToken(Sequence sequence, long nowNanos) {}

  /**
   * So many sequences got one further token each, all the same time after their last one.
   *
   * @param usual those with a priority of 0 or above
   * @param deferrable those with a priority below 0
   */
  default void decoded(int usual, int deferrable, long sinceLastTokenNanos) {}

  /** A sequence has all its tokens and gave its slot back. */
  default void finished(Sequence sequence, long nowNanos) {}
}
