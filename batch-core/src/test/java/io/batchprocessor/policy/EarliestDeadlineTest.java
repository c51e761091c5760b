package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.MergePolicy;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EarliestDeadlineTest {

  @Property(tries = 300)
  void picks_the_earliest_deadline_of_the_filled_queues(
      @ForAll @IntRange(min = 1, max = 12) int count, @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    MergePolicy policy = MergePolicies.earliestDeadline();
    List<FakeQueue> queues = FakeQueue.queues(count);
    for (int round = 0; round < 100; round++) {
      Picks.flicker(queues, dice.nextInt(count), 0.5, dice);
      queues.forEach(queue -> queue.headDeadlineMillis = dice.nextLong(20));
      long earliest =
          queues.stream()
              .filter(queue -> queue.buffered > 0)
              .mapToLong(FakeQueue::headDeadlineMillis)
              .min()
              .orElseThrow();

      assertThat(policy.select(queues).headDeadlineMillis()).isEqualTo(earliest);
    }
  }

  @Test
  void of_equal_deadlines_the_one_that_has_waited_longest_goes_first() {
    MergePolicy policy = MergePolicies.earliestDeadline();
    List<FakeQueue> queues = FakeQueue.queues(4);
    queues.get(1).headWaitNanos = 9;
    queues.get(1).headDeadlineMillis = 5;
    queues.get(2).headWaitNanos = 7;
    queues.get(3).headWaitNanos = 6;

    assertThat(Picks.next(1, policy, queues)).isEqualTo("c");
  }

  @Test
  void equal_deadlines_share_while_an_earlier_one_keeps_coming_between() {
    MergePolicy policy = MergePolicies.earliestDeadline();
    List<FakeQueue> queues = FakeQueue.queues(3);
    FakeQueue urgent = queues.get(2);
    StringBuilder names = new StringBuilder();
    for (int round = 0; round < 8; round++) {
      queues.forEach(queue -> queue.headWaitNanos++);
      urgent.buffered = 1 - urgent.buffered;
      urgent.headDeadlineMillis = -1;
      FakeQueue picked = (FakeQueue) policy.select(queues);
      picked.headWaitNanos = 0;
      names.append(picked.name);
    }

    assertThat(names).hasToString("acbcacbc");
  }

  @Test
  void the_latest_deadline_there_is_goes_when_no_other_does() {
    List<FakeQueue> queues = FakeQueue.queues(2);
    queues.get(0).buffered = 0;
    queues.get(1).headDeadlineMillis = Long.MAX_VALUE;

    assertThat(Picks.next(1, MergePolicies.earliestDeadline(), queues)).isEqualTo("b");
  }
}
