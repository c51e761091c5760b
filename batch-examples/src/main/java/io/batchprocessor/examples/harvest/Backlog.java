package io.batchprocessor.examples.harvest;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The batch side's queue: more requests than anybody can serve, in the order of their deadlines,
 * which fall due one after the other at the rate at which the work is needed. What came back is
 * next, what was shed when it is due again.
 */
final class Backlog {

  private record Retry(BatchRequest request, long dueNanos) {}

  private final TokenMix mix;
  private final long firstDeadlineNanos;
  private final double nanosPerDeadline;
  private final RandomGenerator random;
  private final ArrayDeque<BatchRequest> returned = new ArrayDeque<>();
  private final PriorityQueue<Retry> retries =
      new PriorityQueue<>(
          Comparator.comparingLong(Retry::dueNanos).thenComparingLong(r -> r.request().ticket));
  private long tickets;
  private long expired;

  /**
   * A backlog that was submitted as a whole.
   *
   * @param firstDeadlineNanos when its first request is due
   * @param neededPerSecond how many deadlines pass in a second from then on
   */
  Backlog(TokenMix mix, long firstDeadlineNanos, double neededPerSecond, long seed) {
    this.mix = mix;
    this.firstDeadlineNanos = firstDeadlineNanos;
    this.nanosPerDeadline = 1e9 / neededPerSecond;
    this.random = new SplittableRandom(seed);
  }

  /** The next request to send; what expired on the way is skipped and counted. */
  BatchRequest take(long nowNanos) {
    while (true) {
      BatchRequest next = next(nowNanos);
      if (next.deadlineNanos > nowNanos) {
        return next;
      }
      expired++;
    }
  }

  private BatchRequest next(long nowNanos) {
    @Nullable Retry retry = retries.peek();
    if (retry != null && retry.dueNanos() <= nowNanos) {
      retries.remove();
      return retry.request();
    }
    @Nullable BatchRequest back = returned.poll();
    if (back != null) {
      return back;
    }
    Arrival tokens = mix.arrival(0, random);
    long deadline = firstDeadlineNanos + (long) (tickets * nanosPerDeadline);
    return new BatchRequest(tickets++, tokens.promptTokens(), tokens.answerTokens(), deadline);
  }

  /** Taken back, or not sent after all: it is next again. */
  void giveBack(BatchRequest request) {
    returned.addFirst(request);
  }

  /** Shed: it waits as the processor lets it, {@code Retry-After} spread upward by a half. */
  void retry(BatchRequest request, long nowNanos, long afterNanos) {
    retries.add(new Retry(request, nowNanos + (long) (afterNanos * (1 + random.nextDouble() / 2))));
  }

  /** Requests whose deadline has passed by then. */
  long due(long nowNanos) {
    return Math.max(0, (long) ((nowNanos - firstDeadlineNanos) / nanosPerDeadline));
  }

  /** Requests that were given up because their deadline had passed. */
  long expired() {
    return expired;
  }
}
