package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeingPriorityTest {

  @Test
  void the_highest_weight_goes_first() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, 3, 2));
    MergePolicy policy = MergePolicies.priority();
    assertThat(Picks.next(3, policy, queues)).isEqualTo("bbb");

    queues.get(1).buffered = 0;
    assertThat(Picks.next(1, policy, queues)).isEqualTo("c");
  }

  @Test
  void of_equal_weights_the_first_in_the_configuration_goes_first() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, 2, 2));

    assertThat(Picks.next(3, MergePolicies.priority(), queues)).isEqualTo("bbb");
  }

  @ParameterizedTest
  @CsvSource({"PT0S, a", "PT89.999999999S, a", "PT90S, b", "PT10H, b"})
  void each_full_period_of_waiting_lifts_a_queue_by_one(Duration waited, String picked) {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(3, 1));
    queues.get(1).headWaitNanos = waited.toNanos();

    assertThat(Picks.next(1, MergePolicies.priority(Duration.ofSeconds(30)), queues))
        .isEqualTo(picked);
  }

  @Test
  void two_that_have_waited_equally_long_keep_their_order() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, 2));
    queues.forEach(queue -> queue.headWaitNanos = Duration.ofDays(2).toNanos());

    assertThat(Picks.next(1, MergePolicies.priority(), queues)).isEqualTo("b");
  }

  @Test
  void the_longest_wait_with_the_shortest_period_does_not_overflow() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(1, Integer.MAX_VALUE));
    queues.get(0).headWaitNanos = Long.MAX_VALUE;
    queues.get(1).headWaitNanos = Long.MAX_VALUE;

    assertThat(Picks.next(1, MergePolicies.priority(Duration.ofMillis(1)), queues)).isEqualTo("b");
  }

  @Test
  void a_low_queue_is_served_under_constant_high_load_within_the_bound() {
    MergePolicy policy = MergePolicies.priority(Duration.ofSeconds(30));
    SimulatedQueue high = new SimulatedQueue(3);
    SimulatedQueue low = new SimulatedQueue(1);
    low.bufferedAtNanos.add(0L);
    long second = Duration.ofSeconds(1).toNanos();
    // Three periods until nothing new goes before it, then at most the ten that are buffered.
    long latest = (3 * 30 + 10) * second;
    long served = -1;
    for (long now = 0; served < 0 && now <= latest; now += second) {
      while (high.buffered() < 10) {
        high.bufferedAtNanos.add(now);
      }
      high.nowNanos = now;
      low.nowNanos = now;
      SimulatedQueue picked = (SimulatedQueue) policy.select(List.of(high, low));
      picked.bufferedAtNanos.remove();
      if (picked == low) {
        served = now;
      }
    }

    // Not before it has two periods, which make it equal to the high queue's newest.
    assertThat(served).isBetween(60 * second, latest);
  }

  @Property(tries = 200)
  void no_request_goes_before_one_that_was_buffered_earlier_by_the_bound(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 8) Integer> weights,
      @ForAll @IntRange(min = 1, max = 20) int bufferSize,
      @ForAll long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    long ageingNanos = Duration.ofMillis(10).toNanos();
    MergePolicy policy = MergePolicies.priority(Duration.ofNanos(ageingNanos));
    List<SimulatedQueue> queues = new ArrayList<>();
    weights.forEach(weight -> queues.add(new SimulatedQueue(weight)));
    int highest = weights.stream().mapToInt(Integer::intValue).max().orElseThrow();
    long now = 0;
    for (int round = 0; round < 1_000; round++) {
      now += dice.nextLong(ageingNanos);
      for (SimulatedQueue queue : queues) {
        queue.nowNanos = now;
        // The highest are always full; the others come and go.
        int arrivals = queue.weight() == highest ? bufferSize : dice.nextInt(2);
        for (int i = 0; i < arrivals && queue.buffered() < bufferSize; i++) {
          queue.bufferedAtNanos.add(now);
        }
      }

      long picked = ((SimulatedQueue) policy.select(queues)).bufferedAtNanos.remove();

      for (SimulatedQueue queue : queues) {
        long bound = (highest - queue.weight() + 1) * ageingNanos;
        for (long bufferedAt : queue.bufferedAtNanos) {
          assertThat(picked - bufferedAt).isLessThan(bound);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0s", "PT-1S, -1s", "PT0.0005S, PT0.0005S", "P366D, 366d"})
  void refuses_a_period_that_is_out_of_range(Duration ageing, String shown) {
    assertThatThrownBy(() -> MergePolicies.priority(ageing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ageing must be from 1ms to 365d, is " + shown);
  }

  /** A buffer in simulated time: first in, first out. */
  private static final class SimulatedQueue implements QueueView {

    final Deque<Long> bufferedAtNanos = new ArrayDeque<>();
    private final int weight;
    long nowNanos;

    SimulatedQueue(int weight) {
      this.weight = weight;
    }

    @Override
    public String name() {
      return "weight-" + weight;
    }

    @Override
    public int buffered() {
      return bufferedAtNanos.size();
    }

    @Override
    public int weight() {
      return weight;
    }

    @Override
    public long headDeadlineMillis() {
      return Long.MAX_VALUE;
    }

    @Override
    public long headWaitNanos() {
      return bufferedAtNanos.isEmpty() ? 0 : nowNanos - bufferedAtNanos.element();
    }
  }
}
