package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gates that need nothing from outside. */
class LocalGatesTest {

  private final ManualTicker ticker = new ManualTicker();

  private static Duration wait(Verdict verdict) {
    return ((Verdict.Wait) verdict).atMost();
  }

  @Test
  void max_concurrency_lets_so_many_be_in_flight() {
    MaxConcurrencyGate gate = MaxConcurrencyGate.of(3);
    assertThat(gate.budget()).isEqualTo(1);

    List<Permit> permits = Asked.permits(gate, 10);

    assertThat(permits).hasSize(3);
    assertThat(gate.measurements()).containsEntry("in_flight", 3.0).containsEntry("limit", 3.0);
    permits.get(0).release(Asked.outcome(Kind.FAILED));
    assertThat(gate.budget()).isEqualTo(1.0 / 3);
    permits.get(1).returnUnused();
    assertThat(Asked.permits(gate, 10)).hasSize(2);
  }

  /** A budget of 0 would keep the intake from filling the buffer behind it. */
  @Test
  void full_is_not_closed() {
    MaxConcurrencyGate gate = MaxConcurrencyGate.of(2);
    assertThat(Asked.permits(gate, 10)).hasSize(2);
    assertThat(gate.budget()).isEqualTo(0.5);

    RateGate rate = RateGate.of(5, 1, ticker);
    assertThat(Asked.permits(rate, 10)).hasSize(1);
    assertThat(rate.budget()).isEqualTo(1);
  }

  @Test
  void a_constant_budget_is_a_share_of_the_concurrency() {
    assertThat(Asked.permits(ConstantGate.of(1, 8), 100)).hasSize(8);
    assertThat(Asked.permits(ConstantGate.of(0.5, 8), 100)).hasSize(4);
    assertThat(Asked.permits(ConstantGate.of(0.01, 8), 100)).hasSize(1);
    ConstantGate closed = ConstantGate.of(0, 8);
    assertThat(Asked.permits(closed, 100)).isEmpty();
    assertThat(closed.budget()).isZero();
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> ConstantGate.of(wrong, 8)).hasMessageContaining("budget");
    }
  }

  @Test
  void a_rate_is_kept_to_the_nanosecond() {
    RateGate gate = RateGate.of(4, 2, ticker);
    assertThat(Asked.permits(gate, 10)).hasSize(2);
    assertThat(wait(gate.tryAcquire(Asked.request()))).isEqualTo(Duration.ofMillis(250));

    ticker.pass(Duration.ofMillis(250).minusNanos(1));
    assertThat(wait(gate.tryAcquire(Asked.request()))).isEqualTo(Duration.ofNanos(1));
    ticker.pass(Duration.ofNanos(1));
    assertThat(Asked.permits(gate, 10)).hasSize(1);

    ticker.pass(Duration.ofHours(1));
    assertThat(Asked.permits(gate, 10))
        .as("no more than the burst, however long the pause")
        .hasSize(2);
  }

  @Test
  void over_a_minute_a_rate_gives_what_it_says() {
    RateGate gate = RateGate.of(7.5, 1, ticker);
    int given = 0;
    for (int i = 0; i < 60_000; i++) {
      given += Asked.permits(gate, 10).size();
      ticker.pass(Duration.ofMillis(1));
    }
    assertThat(given).isBetween(445, 451);
  }

  @Test
  void a_token_comes_back_only_if_nothing_was_sent() {
    RateGate gate = RateGate.of(1, 3, ticker);
    List<Permit> permits = Asked.permits(gate, 10);
    permits.get(0).release(Asked.outcome(Kind.SUCCEEDED));
    permits.get(1).release(Asked.outcome(Kind.ABORTED));
    assertThat(Asked.permits(gate, 10)).isEmpty();
    assertThat(gate.measurements()).containsEntry("tokens", 0.0);

    permits.get(2).returnUnused();

    assertThat(gate.measurements()).containsEntry("tokens", 1.0);
    assertThat(Asked.permits(gate, 10)).hasSize(1);
  }

  @Test
  void a_rate_that_makes_a_request_wait_for_long_leaves_it_with_the_broker() {
    RateGate gate = RateGate.of(0.1, 1, ticker);
    assertThat(gate.budget()).isEqualTo(1);
    assertThat(Asked.permits(gate, 10)).hasSize(1);
    assertThat(gate.budget()).isZero();
    ticker.pass(Duration.ofSeconds(8));
    assertThat(gate.budget()).isZero();
    ticker.pass(Duration.ofSeconds(1));
    assertThat(gate.budget()).isEqualTo(1);
  }

  @Test
  void rates_at_the_ends_of_their_range_work() {
    RateGate slow = RateGate.of(1e-5, Integer.MAX_VALUE, ticker);
    assertThat(Asked.permits(slow, 10)).hasSize(10);
    RateGate slowest = RateGate.of(1e-5, 1, ticker);
    assertThat(Asked.permits(slowest, 10)).hasSize(1);
    assertThat(wait(slowest.tryAcquire(Asked.request()))).isEqualTo(Duration.ofSeconds(100_000));
    RateGate fast = RateGate.of(1e6, 1, ticker);
    assertThat(Asked.permits(fast, 10)).hasSize(1);
    for (double wrong : new double[] {0, -1, 1e-6, 1e6 + 1, Double.NaN}) {
      assertThatThrownBy(() -> RateGate.of(wrong, 1, ticker)).hasMessageContaining("perSecond");
    }
    assertThatThrownBy(() -> RateGate.of(1, 0, ticker)).hasMessageContaining("burst");
    assertThatThrownBy(() -> MaxConcurrencyGate.of(0)).hasMessageContaining("limit");
  }

  @Test
  void wait_on_release_waits_where_the_gate_inside_releases() {
    List<String> log = new ArrayList<>();
    FakeGate inside = new FakeGate("inside", log);
    WaitOnReleaseGate gate = WaitOnReleaseGate.of(inside);

    inside.verdict = new Verdict.Release(Duration.ofSeconds(7));
    assertThat(wait(gate.tryAcquire(Asked.request()))).isEqualTo(Duration.ofSeconds(7));
    inside.verdict = new Verdict.Release(Duration.ZERO);
    assertThat(wait(gate.tryAcquire(Asked.request()))).isPositive();
    inside.verdict = new Verdict.Drop("no");
    assertThat(gate.tryAcquire(Asked.request())).isSameAs(inside.verdict);
    inside.verdict = null;
    assertThat(Asked.permits(gate, 1)).hasSize(1);
    inside.budget = 0.3;
    inside.excess = 2;
    assertThat(gate.budget()).isEqualTo(0.3);
    assertThat(gate.excess()).isEqualTo(2);
    assertThat(gate.name()).isEqualTo("wait-on-release(inside)");
    gate.close();
    assertThat(log).last().isEqualTo("inside closed");
  }
}
