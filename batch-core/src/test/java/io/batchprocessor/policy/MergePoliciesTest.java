package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all policies have in common. */
class MergePoliciesTest {

  private static final int ALLOCATION_ROUNDS = 20_000;

  enum Kind {
    RANDOM_ROBIN,
    ROUND_ROBIN,
    WEIGHTED,
    PRIORITY,
    EARLIEST_DEADLINE;

    MergePolicy policy() {
      return switch (this) {
        case RANDOM_ROBIN -> MergePolicies.randomRobin(new SplittableRandom(1));
        case ROUND_ROBIN -> MergePolicies.roundRobin();
        case WEIGHTED -> MergePolicies.weighted();
        case PRIORITY -> MergePolicies.priority();
        case EARLIEST_DEADLINE -> MergePolicies.earliestDeadline();
      };
    }
  }

  @Property(tries = 300)
  void picks_a_queue_that_is_not_empty_whatever_the_views_show(
      @ForAll Kind kind,
      @ForAll @IntRange(min = 1, max = 12) int count,
      @ForAll @DoubleRange(min = 0, max = 1) double emptyShare,
      @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    MergePolicy policy = kind.policy();
    List<FakeQueue> queues = FakeQueue.queues(count);
    for (int round = 0; round < 200; round++) {
      Picks.flicker(queues, dice.nextInt(count), emptyShare, dice);
      queues.forEach(queue -> scramble(queue, dice));

      QueueView picked = policy.select(queues);

      assertThat(queues).anyMatch(queue -> queue == picked);
      assertThat(picked.buffered()).isPositive();
    }
  }

  @Property(tries = 100)
  void finds_the_only_queue_that_is_not_empty(
      @ForAll Kind kind, @ForAll @IntRange(min = 1, max = 12) int count, @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    MergePolicy policy = kind.policy();
    List<FakeQueue> queues = FakeQueue.queues(count);
    for (int round = 0; round < 50; round++) {
      int only = dice.nextInt(count);
      Picks.flicker(queues, only, 1, dice);
      queues.forEach(queue -> scramble(queue, dice));

      assertThat(policy.select(queues)).isSameAs(queues.get(only));
    }
  }

  @ParameterizedTest
  @EnumSource
  void looks_at_each_size_once_because_intake_may_change_it_meanwhile(Kind kind) {
    MergePolicy policy = kind.policy();
    List<FakeQueue> queues = FakeQueue.queues(5);
    queues.get(1).buffered = 0;
    for (int round = 1; round <= 20; round++) {
      policy.select(queues);

      int looksAtMost = round;
      assertThat(queues).allMatch(queue -> queue.looks <= looksAtMost);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refuses_queues_that_are_all_empty_and_works_on_afterwards(Kind kind) {
    MergePolicy policy = kind.policy();
    List<FakeQueue> queues = FakeQueue.queues(3);
    queues.forEach(queue -> queue.buffered = 0);

    assertThatThrownBy(() -> policy.select(queues))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queues must have one that is not empty, has none (queues=3)");

    queues.get(2).buffered = 1;
    assertThat(policy.select(queues)).isSameAs(queues.get(2));
  }

  @ParameterizedTest
  @EnumSource
  void allocates_nothing(Kind kind) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    MergePolicy policy = kind.policy();
    List<FakeQueue> queues = FakeQueue.queues(8);
    select(ALLOCATION_ROUNDS, policy, queues);

    long before = threads.getCurrentThreadAllocatedBytes();
    select(ALLOCATION_ROUNDS, policy, queues);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // An object for each pick would be 16 bytes times the rounds.
    assertThat(allocated).isLessThan(ALLOCATION_ROUNDS);
  }

  private static void select(int rounds, MergePolicy policy, List<FakeQueue> queues) {
    for (int round = 0; round < rounds; round++) {
      if (policy.select(queues).buffered() == 0) {
        throw new AssertionError("picked an empty queue");
      }
    }
  }

  private static void scramble(FakeQueue queue, SplittableRandom dice) {
    queue.weight = dice.nextInt(10) == 0 ? Integer.MAX_VALUE : dice.nextInt(1, 1_000);
    queue.headDeadlineMillis = extreme(dice);
    queue.headWaitNanos = extreme(dice);
  }

  /** Any number, among them the ends of the range: of an empty queue the values are undefined. */
  private static long extreme(SplittableRandom dice) {
    return switch (dice.nextInt(4)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MIN_VALUE;
      case 2 -> 0;
      default -> dice.nextLong();
    };
  }
}
