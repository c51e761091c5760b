package io.batchprocessor.spi;

/** What a {@link MergePolicy} sees of a queue. */
public interface QueueView {

  /** The queue's name. */
  String name();

  /** How many of its requests are buffered. */
  int buffered();

  /** Its configured share; at least 1, default 1. */
  int weight();

  /** Deadline of the request that would go next, Unix milliseconds; undefined if empty. */
  long headDeadlineMillis();

  /** How long that request has been buffered, in nanoseconds; undefined if empty. */
  long headWaitNanos();
}
