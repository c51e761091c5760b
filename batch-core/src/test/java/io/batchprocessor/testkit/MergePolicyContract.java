package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rules 701 to 704, of {@link MergePolicy}.
 *
 * {@snippet :
 * class MyPolicyKitTest implements MergePolicyContract {
 *   @Override
 *   public MergePolicy policy() {
 *     return new MyPolicy();
 *   }
 * }
 * }
 *
 * <p>The page about it is named after the test class.
 */
@ExtendWith(RuleReport.class)
@Timeout(300)
public interface MergePolicyContract {

  /** A new policy, for queues that it has not seen before. */
  MergePolicy policy();

  /** How long to wait for what has to happen sometime; default 30 seconds. */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  /** Whether it documents that a queue may be passed over for ever; default no. */
  default boolean mayPassOverForEver() {
    return false;
  }

  @Test
  default void rule_701_select_returns_a_view_that_it_was_given_and_that_is_not_empty() {
    Random dice = new Random(701);
    for (int queues = 1; queues <= 6; queues++) {
      MergePolicy policy = policy();
      SimulatedQueues simulated = new SimulatedQueues(queues, dice);
      for (int round = 0; round < 500; round++) {
        simulated.emptyAtRandom(dice);
        List<SimulatedQueues.View> views = simulated.views();

        QueueView picked = policy.select(views);

        assertThat(views.stream().anyMatch(view -> view == picked))
            .as("the view returned is one of those given")
            .isTrue();
        assertThat(picked.buffered()).as("buffered in the queue picked").isPositive();
      }
    }
  }

  /** That it does no I/O is not seen from outside; that it does not block is. */
  @Test
  default void rule_702_select_does_not_block() throws Exception {
    MergePolicy policy = policy();
    SimulatedQueues simulated = new SimulatedQueues(3, new Random(702));
    Background<QueueView> picks =
        Background.of(
            () -> {
              QueueView picked = null;
              for (int round = 0; round < 1_000; round++) {
                picked = policy.select(simulated.views());
              }
              return picked;
            });

    picks.within(patience(), "select, a thousand times");
  }

  /** An hour with ten picks a second, of queues that are never empty. */
  @Test
  default void rule_703_no_queue_that_stays_non_empty_is_passed_over_for_ever() {
    Assumptions.assumeFalse(
        mayPassOverForEver(), "rule 703 skipped: the policy documents that it may");
    MergePolicy policy = policy();
    SimulatedQueues simulated = new SimulatedQueues(5, new Random(703));
    int[] picks = new int[5];
    for (int round = 0; round < 36_000; round++) {
      List<SimulatedQueues.View> views = simulated.views();
      int picked = views.indexOf(policy.select(views));
      if (picked >= 0) {
        picks[picked]++;
        simulated.pick(picked);
      }
      simulated.pass(Duration.ofMillis(100));
    }

    assertThat(picks).as("how often each queue was picked").doesNotContain(0);
  }

  @Test
  default void rule_704_views_are_used_during_the_call_only() {
    MergePolicy policy = policy();
    SimulatedQueues simulated = new SimulatedQueues(3, new Random(704));
    for (int round = 0; round < 100; round++) {
      List<SimulatedQueues.View> views = simulated.views();

      policy.select(views);

      views.forEach(SimulatedQueues.View::expire);
      simulated.pass(Duration.ofMillis(100));
    }
    assertThat(simulated.usedAfterwards()).as("views used after the call").isZero();
  }
}
