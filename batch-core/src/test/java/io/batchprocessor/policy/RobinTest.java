package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.MergePolicy;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RobinTest {

  @Test
  void round_robin_goes_round_in_the_order_of_configuration() {
    assertThat(Picks.next(7, MergePolicies.roundRobin(), FakeQueue.queues(3))).isEqualTo("abcabca");
  }

  @Test
  void round_robin_goes_past_empty_queues_and_comes_back_to_them() {
    MergePolicy policy = MergePolicies.roundRobin();
    List<FakeQueue> queues = FakeQueue.queues(4);
    queues.get(1).buffered = 0;
    queues.get(2).buffered = 0;
    assertThat(Picks.next(3, policy, queues)).isEqualTo("ada");

    queues.get(1).buffered = 1;
    assertThat(Picks.next(4, policy, queues)).isEqualTo("bdab");
  }

  @Property(tries = 200)
  void round_robin_picks_a_queue_that_stays_filled_once_in_as_many_picks_as_there_are_queues(
      @ForAll @IntRange(min = 1, max = 12) int count,
      @ForAll @DoubleRange(min = 0, max = 1) double emptyShare,
      @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    MergePolicy policy = MergePolicies.roundRobin();
    List<FakeQueue> queues = FakeQueue.queues(count);
    int filled = dice.nextInt(count);
    int others = 0;
    for (int round = 0; round < 300; round++) {
      Picks.flicker(queues, filled, emptyShare, dice);
      others = policy.select(queues) == queues.get(filled) ? 0 : others + 1;
      assertThat(others).isLessThan(count);
    }
  }

  @Property(tries = 100)
  void random_robin_gives_each_filled_queue_the_same_share(
      @ForAll @IntRange(min = 1, max = 10) int filled,
      @ForAll @IntRange(min = 0, max = 5) int empty,
      @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    List<FakeQueue> queues = FakeQueue.queues(filled + empty);
    for (int emptied = 0; emptied < empty; ) {
      FakeQueue queue = queues.get(dice.nextInt(queues.size()));
      emptied += queue.buffered;
      queue.buffered = 0;
    }
    int picks = 6_000;

    int[] counts = Picks.count(picks, MergePolicies.randomRobin(dice.split()), queues);

    // Six standard deviations of a binomial distribution: chance is out once in 500 million counts.
    double share = 1.0 / filled;
    double most = 6 * Math.sqrt(picks * share * (1 - share));
    for (int i = 0; i < counts.length; i++) {
      double expected = queues.get(i).buffered == 0 ? 0 : picks * share;
      assertThat(Math.abs(counts[i] - expected)).isLessThanOrEqualTo(expected == 0 ? 0 : most);
    }
  }

  @Test
  void random_robin_takes_its_random_numbers_from_the_generator_it_was_given() {
    List<FakeQueue> queues = FakeQueue.queues(8);

    String once = Picks.next(100, MergePolicies.randomRobin(new SplittableRandom(7)), queues);
    String again = Picks.next(100, MergePolicies.randomRobin(new SplittableRandom(7)), queues);

    assertThat(again).isEqualTo(once);
  }
}
