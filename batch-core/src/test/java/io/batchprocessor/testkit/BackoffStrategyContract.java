package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rules 801 to 803, of {@link BackoffStrategy}.
 *
 * {@snippet :
 * class MyBackoffKitTest implements BackoffStrategyContract {
 *   @Override
 *   public BackoffStrategy strategy() {
 *     return new MyBackoff();
 *   }
 * }
 * }
 *
 * <p>The page about it is named after the test class.
 */
@ExtendWith(RuleReport.class)
@Timeout(300)
public interface BackoffStrategyContract {

  /** The strategy. */
  BackoffStrategy strategy();

  /** How long to wait for what has to happen sometime; default 30 seconds. */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  @Test
  default void rule_801_delay_is_not_null_and_not_negative() {
    BackoffStrategy strategy = strategy();
    for (int attempt = 1; attempt <= 20; attempt++) {
      for (AttemptOutcome.Kind kind :
          List.of(AttemptOutcome.Kind.SHED, AttemptOutcome.Kind.FAILED)) {
        assertDelay(strategy.delay(context(attempt, kind, Instant.now().plusSeconds(3600))));
      }
    }
  }

  @Test
  default void rule_802_delay_is_not_clamped_to_the_deadline_and_its_arithmetic_saturates() {
    BackoffStrategy strategy = strategy();
    for (int attempt = 21; attempt <= 1_100; attempt++) {
      assertDelay(strategy.delay(context(attempt, AttemptOutcome.Kind.FAILED, Instant.now())));
    }
    assertDelay(
        strategy.delay(context(Integer.MAX_VALUE, AttemptOutcome.Kind.FAILED, Instant.now())));

    Duration free = longest(strategy, Instant.parse("2100-01-01T00:00:00Z"));
    Duration late = longest(strategy, Instant.now().minusSeconds(1));
    assertThat(late.isZero())
        .as("whether the delay is zero after the deadline, with %s long before", free)
        .isEqualTo(free.isZero());
  }

  @Test
  default void rule_803_delay_may_be_asked_for_by_several_threads_and_does_not_block()
      throws Exception {
    BackoffStrategy strategy = strategy();
    List<Background<Void>> askers = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      askers.add(
          Background.of(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  assertDelay(
                      strategy.delay(
                          context(
                              1 + i % 20,
                              AttemptOutcome.Kind.SHED,
                              Instant.parse("2100-01-01T00:00:00Z"))));
                }
                return null;
              }));
    }
    for (Background<Void> asker : askers) {
      asker.within(patience(), "delay, five thousand times");
    }
  }

  /** The longest of many, so that chance does not matter. */
  private static Duration longest(BackoffStrategy strategy, Instant deadline) {
    Duration longest = Duration.ZERO;
    for (int i = 0; i < 200; i++) {
      Duration delay = strategy.delay(context(5, AttemptOutcome.Kind.FAILED, deadline));
      longest = delay.compareTo(longest) > 0 ? delay : longest;
    }
    return longest;
  }

  private static void assertDelay(Duration delay) {
    assertThat(delay).as("delay").isNotNull().isGreaterThanOrEqualTo(Duration.ZERO);
  }

  private static RetryContext context(int attempt, AttemptOutcome.Kind kind, Instant deadline) {
    return new RetryContext(
        attempt, SimulatedRequests.request(attempt, deadline), SimulatedRequests.outcome(kind));
  }
}
