package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.MergePolicy;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SmoothWeightedTest {

  private static final double ROUNDING = 1e-9;

  @Test
  void spreads_the_picks_of_the_heavy_queue() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(5, 1, 1));

    assertThat(Picks.next(14, MergePolicies.weighted(), queues)).isEqualTo("aabacaaaabacaa");
  }

  @Property
  void keeps_to_the_shares_at_every_moment_while_no_queue_is_empty(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 50) Integer> weights) {
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(weights);
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    double behindAtMost = harmonic(weights.size()) - 1;
    int[] counts = new int[queues.size()];
    for (int picks = 1; picks <= 2 * total; picks++) {
      counts[queues.indexOf((FakeQueue) policy.select(queues))]++;
      for (int i = 0; i < counts.length; i++) {
        double share = (double) picks * weights.get(i) / total;
        assertThat(counts[i] - share).isLessThan(1);
        assertThat(share - counts[i]).isLessThanOrEqualTo(behindAtMost + ROUNDING);
        if (picks % total == 0) {
          assertThat(counts[i]).isEqualTo(picks / total * weights.get(i));
        }
      }
    }
  }

  @Property(tries = 300)
  void is_within_one_pick_of_the_shares_with_up_to_three_queues(
      @ForAll @Size(min = 1, max = 3) List<@IntRange(min = 1, max = 200) Integer> weights) {
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(weights);
    int total = weights.stream().mapToInt(Integer::intValue).sum();
    int[] counts = new int[queues.size()];
    for (int picks = 1; picks <= total; picks++) {
      counts[queues.indexOf((FakeQueue) policy.select(queues))]++;
      for (int i = 0; i < counts.length; i++) {
        assertThat(Math.abs(counts[i] - (double) picks * weights.get(i) / total)).isLessThan(1);
      }
    }
  }

  @Property(tries = 300)
  void picks_a_queue_that_stays_filled_within_the_bound_whatever_the_others_do(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 30) Integer> weights,
      @ForAll @DoubleRange(min = 0, max = 1) double emptyShare,
      @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(weights);
    int filled = dice.nextInt(queues.size());
    long total = weights.stream().mapToInt(Integer::intValue).sum();
    long othersAtMost = 3L * (weights.size() - 1) * total / weights.get(filled);
    long others = 0;
    for (int round = 0; round < 2_000; round++) {
      Picks.flicker(queues, filled, emptyShare, dice);
      others = policy.select(queues) == queues.get(filled) ? 0 : others + 1;
      assertThat(others).isLessThanOrEqualTo(othersAtMost);
    }
  }

  @Test
  void an_empty_queue_gains_no_credit() {
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, 1));
    queues.get(1).buffered = 0;
    assertThat(Picks.next(1_000, policy, queues)).isEqualTo("a".repeat(1_000));

    queues.get(1).buffered = 1;
    assertThat(Picks.next(6, policy, queues)).isEqualTo("ababab");
  }

  @Test
  void credit_is_cancelled_when_a_queue_runs_empty() {
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, 5));
    assertThat(Picks.next(3, policy, queues)).isEqualTo("bba");
    queues.get(1).buffered = 0;
    assertThat(Picks.next(1, policy, queues)).isEqualTo("a");

    // With the 3 that b had in credit a would be sixth.
    queues.get(1).buffered = 1;
    assertThat(Picks.next(5, policy, queues)).isEqualTo("bbbba");
  }

  @Test
  void debt_is_cancelled_when_a_queue_runs_empty() {
    MergePolicy policy = MergePolicies.weighted();
    List<FakeQueue> queues = FakeQueue.weighted(List.of(5, 1));
    assertThat(Picks.next(4, policy, queues)).isEqualTo("aaab");
    queues.get(1).buffered = 0;
    assertThat(Picks.next(1, policy, queues)).isEqualTo("a");

    // With the 2 that b had in debt it would be sixth.
    queues.get(1).buffered = 1;
    assertThat(Picks.next(5, policy, queues)).isEqualTo("aaaab");
  }

  private static double harmonic(int n) {
    double sum = 0;
    for (int i = 1; i <= n; i++) {
      sum += 1.0 / i;
    }
    return sum;
  }
}
