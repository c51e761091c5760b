package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.redis.QuotaShare.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one replica may give out, with a clock and a Redis of the test's own. */
class InFlightShareTest {

  private static final long MS = 1_000_000;
  private static final Quota QUOTA =
      new Quota("q", "tenant", 100, Map.of(), null, null, Duration.ofSeconds(10), 1, 64);

  private long now = Long.MAX_VALUE - 1_000 * MS;
  private final InFlightShare share = new InFlightShare("t", QUOTA, now);

  private Answer take() {
    return share.take(GateRequests.of("t"), now, false);
  }

  private List<Integer> ask() {
    return share.ask(now).stream()
        .map(number -> Integer.valueOf(new String(number, StandardCharsets.US_ASCII)))
        .toList();
  }

  private void grow(int held) {
    take();
    ask();
    share.answered(now, held, 100, false);
  }

  @Test
  void it_grows_by_doubling_and_shrinks_to_what_was_needed_lately() {
    assertThat(share.dueIn(now)).isPositive();
    assertThat(take()).isEqualTo(Answer.NOT_YET);
    assertThat(share.dueIn(now)).isNotPositive();
    assertThat(ask()).containsExactly(100, 0, 1);
    share.answered(now, 1, 100, false);
    assertThat(take()).isEqualTo(Answer.TAKEN);
    assertThat(take()).isEqualTo(Answer.NOT_YET);
    assertThat(ask()).containsExactly(100, 1, 2);
    share.answered(now, 2, 100, false);
    take();
    take();
    assertThat(ask()).containsExactly(100, 2, 4);
    share.answered(now, 4, 100, false);
    share.giveBack(false, now);
    share.giveBack(false, now);

    now += 300 * MS;
    share.dueIn(now);
    now += 300 * MS;
    assertThat(share.dueIn(now)).isNotPositive();
    assertThat(ask()).containsExactly(100, 0, 0);
    share.answered(now, 0, 100, false);
    assertThat(share.isEmpty(now)).isTrue();
  }

  @Test
  void what_is_given_up_is_given_up_before_redis_hears_of_it() {
    grow(8);
    for (int i = 0; i < 3; i++) {
      assertThat(take()).isEqualTo(Answer.TAKEN);
    }
    share.answered(now, 8, 2, false);
    assertThat(take()).as("beyond the fair share").isNotEqualTo(Answer.TAKEN);
    assertThat(ask().get(1)).as("kept: what is in flight").isEqualTo(3);
    share.giveBack(false, now);
    assertThat(share.spare(now)).isZero();
  }

  @Test
  void a_lease_ends_here_before_it_ends_in_redis_and_is_counted_from_the_question() {
    take();
    ask();
    long asked = now;
    now += 5_000 * MS;
    share.answered(asked, 4, 100, false);
    assertThat(take()).isEqualTo(Answer.TAKEN);
    now = asked + 9_000 * MS;
    assertThat(take()).isEqualTo(Answer.NOT_YET);
    assertThat(share.excess(now, false)).isEqualTo(1);
    assertThat(share.excess(now, true)).isZero();
    assertThat(share.take(GateRequests.of("t"), now, true)).isEqualTo(Answer.NOT_YET);
    share.giveBack(false, now);
    assertThat(share.take(GateRequests.of("t"), now, true))
        .as("the fallback")
        .isEqualTo(Answer.TAKEN);
    assertThat(ask().get(1)).as("what is in flight is not forgotten").isEqualTo(1);
  }

  @Test
  void it_is_over_only_if_redis_said_so_and_asks_again_soon() {
    take();
    ask();
    share.answered(now, 0, 100, true);
    assertThat(take()).as("Redis has lost its data").isEqualTo(Answer.NOT_YET);
    now += 50 * MS;
    ask();
    share.answered(now, 0, 100, false);
    assertThat(take()).isEqualTo(Answer.OVER);
    assertThat(share.dueIn(now)).isPositive();
    now += 50 * MS;
    assertThat(share.dueIn(now)).isNotPositive();
    now += 2_000 * MS;
    assertThat(take()).as("an answer from long ago").isEqualTo(Answer.NOT_YET);
  }

  @Test
  void the_fallback_never_exceeds_the_limit() {
    Quota quota = new Quota("q", "tenant", 2, Map.of(), null, null, Duration.ofSeconds(10), 4, 64);
    InFlightShare small = new InFlightShare("t", quota, now);
    for (int i = 0; i < 2; i++) {
      assertThat(small.take(GateRequests.of("t"), now, true)).isEqualTo(Answer.TAKEN);
    }
    assertThat(small.take(GateRequests.of("t"), now, true)).isEqualTo(Answer.NOT_YET);
  }

  @Test
  void a_value_that_may_nothing_is_over_without_redis_too_and_forgotten() {
    Quota quota = new Quota("q", "tenant", 0, Map.of(), null, null, Duration.ofSeconds(10), 4, 64);
    InFlightShare closed = new InFlightShare("t", quota, now);
    for (boolean cutOff : new boolean[] {true, false}) {
      assertThat(closed.take(GateRequests.of("t"), now, cutOff)).isEqualTo(Answer.OVER);
    }
    now += 1_000 * MS;
    assertThat(closed.isEmpty(now)).isTrue();
    assertThat(closed.dueIn(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void a_rate_has_no_larger_fallback_than_its_limit_either() {
    Duration second = Duration.ofSeconds(1);
    for (int limit : new int[] {0, 2}) {
      Quota quota = new Quota("q", "tenant", limit, Map.of(), second, null, second, 4, 64);
      RateShare rate = new RateShare("t", quota, second, () -> now);
      for (int i = 0; i < limit; i++) {
        assertThat(rate.take(GateRequests.of("t"), now, true)).isEqualTo(Answer.TAKEN);
        rate.giveBack(false, now);
      }
      assertThat(rate.take(GateRequests.of("t"), now, true))
          .isEqualTo(limit == 0 ? Answer.OVER : Answer.NOT_YET);
      assertThat(rate.isEmpty(now)).isTrue();
    }
  }
}
