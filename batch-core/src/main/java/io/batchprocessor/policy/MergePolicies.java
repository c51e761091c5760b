package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The merge policies that come with the library. Each call makes a new one, for one worker pool.
 *
 * <p>All look at each queue once for a pick and allocate nothing. None passes a non-empty queue
 * over for ever; each method says how long it may.
 */
public final class MergePolicies {

  /** How long a request waits for one level more, unless configured: 30 seconds. */
  static final Duration DEFAULT_AGEING = Duration.ofSeconds(30);

  private MergePolicies() {}

  /**
   * Any of the non-empty queues, each as likely as the others; weights count for nothing. Of {@code
   * n} queues one is passed over {@code k} times running with a probability of at most {@code (1 -
   * 1/n)^k}. The default, known to configurations as {@code random-robin}.
   */
  public static MergePolicy randomRobin() {
    return randomRobin(new SplittableRandom());
  }

  /**
   * The same with the caller's random numbers.
   *
   * @param random used by the policy's caller's thread only
   */
  public static MergePolicy randomRobin(RandomGenerator random) {
    return new RandomRobin(random);
  }

  /**
   * One queue after the other in the order of configuration, past the empty ones; weights count for
   * nothing. Of {@code n} queues a non-empty one is picked at least once in any {@code n} picks.
   * Known to configurations as {@code round-robin}.
   */
  public static MergePolicy roundRobin() {
    return new RoundRobin();
  }

  /**
   * Smooth weighted round robin: shares follow the weights, and the picks of a heavy queue are
   * spread among the others' instead of coming in a row (weights 5, 1, 1: {@code a a b a c a a}).
   * Known to configurations as {@code weighted}.
   *
   * <p>The algorithm is nginx's, in which each pick adds every candidate's weight to its credit and
   * takes the sum of the weights from the one that goes: Maxim Dounin, "Upstream: smooth weighted
   * round-robin balancing", 2012
   * (https://github.com/phusion/nginx/commit/27e94984486058d73157038f7950a0a36ecc6e35). What is
   * ours: an empty queue gains nothing, and what it had in credit or in debt is cancelled, so that
   * it comes back as one queue among others and not with a burst.
   *
   * <p>With {@code n} queues whose weights add up to {@code W}, a queue of weight {@code w}
   *
   * <ul>
   *   <li>while none of them is empty, is picked exactly {@code w} times in every {@code W} picks;
   *       at any moment between it is ahead of its share by less than one pick, and behind it by at
   *       most {@code 1/2 + 1/3 + … + 1/n};
   *   <li>whatever the others do, is picked at least once in {@code 3(n - 1)W/w + 1} picks while it
   *       stays non-empty.
   * </ul>
   */
  public static MergePolicy weighted() {
    return new SmoothWeighted();
  }

  /** {@link #priority(Duration)} with an ageing period of 30 seconds. */
  public static MergePolicy priority() {
    return priority(DEFAULT_AGEING);
  }

  /**
   * The non-empty queue on the highest level; of several on one level, the first in the order of
   * configuration. A queue's level is its weight, plus one for each full period that its next
   * request has been buffered. Known to configurations as {@code priority}.
   *
   * <p>Ageing bounds the wait. Let a request be buffered in a queue of weight {@code w}, and let
   * the highest weight be {@code W}: no request that is buffered {@code W - w + 1} periods after
   * it, or later, goes before it. Proof: if both have been waiting, the one for {@code t} and the
   * other for at most {@code t - (W - w + 1)} periods, the other's level is at most {@code W + ⌊t⌋
   * - (W - w + 1)}, which is {@code w + ⌊t⌋ - 1}: less than the one's. And what is ahead of a
   * request in its own queue has waited for longer than it. So after {@code W - w + 1} periods a
   * request has only those ahead that are buffered already, and buffers are bounded. One period is
   * what a step of weight is worth: weights that lie close together are overtaken soon, those far
   * apart late.
   *
   * @param ageing the period, 1 ms to 365 days; much longer than requests wait means strict
   *     priority
   * @throws IllegalArgumentException if it is out of range
   */
  public static MergePolicy priority(Duration ageing) {
    return new AgeingPriority(ageing);
  }

  /**
   * The non-empty queue whose next request is due first; of those due in the same millisecond, the
   * one that has been buffered longest. Weights count for nothing. Where deadlines can't all be
   * met, this order keeps the greatest delay smallest (Jackson's rule: J. R. Jackson, "Scheduling a
   * production line to minimize maximum tardiness", UCLA 1955), as far as each queue is in the
   * order of its deadlines itself. Known to configurations as {@code earliest-deadline}.
   *
   * <p>A request waits for those that are due before it and for nothing else: from its own deadline
   * on, only what is buffered already or was submitted too late can be ahead of it.
   */
  public static MergePolicy earliestDeadline() {
    return new EarliestDeadline();
  }

  /** What a policy returns at the end of its search. */
  static QueueView requireFound(@Nullable QueueView found, List<? extends QueueView> queues) {
    if (found == null) {
      throw new IllegalArgumentException(
          "queues must have one that is not empty, has none (queues=%d)".formatted(queues.size()));
    }
    return found;
  }
}
