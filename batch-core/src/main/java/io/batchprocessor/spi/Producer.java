package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.util.List;

/**
 * Ability of a {@link Transport}: the other side of its queues, for tools, examples and tests. May
 * be used from any thread.
 *
 * <ol>
 *   <li value="651">When {@code submit} returns, the messages are stored; bodies are kept byte for
 *       byte.
 *   <li value="652">Messages submitted by one thread to one queue, with equal deadlines, are handed
 *       out in that order, unless the transport documents another.
 *   <li value="653">{@code takeResults} hands out each stored result once; an empty list when none
 *       came within {@code maxWait}.
 *   <li value="654">{@code submit} to a queue that the transport does not have is refused with
 *       {@link IllegalArgumentException}.
 * </ol>
 */
public interface Producer {

  /**
   * Submits messages.
   *
   * @param queue the name of one of the transport's request queues
   */
  void submit(String queue, List<Bytes> messages);

  /**
   * Takes results out of the result queue.
   *
   * @param max the most to return, at least 1
   * @param maxWait how long to wait for the first
   * @throws InterruptedException if interrupted while waiting
   */
  List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException;
}
