package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SloGateTest {

  private static final double[] BOUNDS = {0.05, 0.1, 0.2};

  private static final AttemptOutcome ANSWERED =
      new AttemptOutcome(Kind.SUCCEEDED, null, null, Duration.ofMinutes(1), null);

  private final ManualTicker ticker = new ManualTicker();
  private final Deque<Permit> held = new ArrayDeque<>();
  private final double[] cumulative = new double[BOUNDS.length + 1];
  private @Nullable LiveMetrics page;
  private boolean inTokens;
  private boolean liveOnly;
  private double moreTokens;
  private double tokens;

  @Test
  void nothing_goes_without_a_reading_unless_the_fallback_says_so() {
    SloGate closed = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    SloGate trickling = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)).fallback(1));

    assertThat(closed.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(trickling.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  @Test
  void starts_are_spread() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    live(10, 0, 20);

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
  }

  @Test
  void what_was_not_sent_after_all_leaves_the_pace_as_it_was() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    live(10, 0, 20);
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());

    go.permit().returnUnused();

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
    assertThat(gate.measurements())
        .containsEntry("in_flight", 1.0)
        .containsEntry("wasted_share", 0.0);
  }

  @Test
  void full_it_is_not_closed() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    live(0, 0, 0);
    while (held.size() < 4) {
      ticker.pass(Duration.ofSeconds(5));
      if (gate.tryAcquire(Asked.request()) instanceof Verdict.Go go) {
        held.add(go.permit());
      }
    }
    ticker.pass(Duration.ofSeconds(5));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(gate.budget()).isPositive();
  }

  @Test
  void grows_while_live_traffic_is_within_its_allowance_and_shrinks_beyond() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    run(gate, 200, 10, 0);
    double grown = engineLimit(gate);
    run(gate, 50, 10, 2);

    assertThat(grown).isGreaterThan(20);
    assertThat(engineLimit(gate)).isLessThan(grown / 2);
  }

  @Test
  void an_engine_without_live_traffic_is_filled_within_minutes() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));

    run(gate, 600, 0, 0);

    assertThat(engineLimit(gate)).isGreaterThan(64);
  }

  @Test
  void live_requests_that_only_go_on_are_not_taken_for_quiet() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    liveOnly = true;
    run(gate, 10, 10, 0);
    double before = engineLimit(gate);

    run(gate, 600, 0, 0);

    assertThat(engineLimit(gate)).isLessThan(before * 1.1);
  }

  @Test
  void live_tokens_that_only_go_on_are_not_taken_for_quiet() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    inTokens = true;
    run(gate, 10, 10, 0);
    double before = engineLimit(gate);
    moreTokens = 1;

    run(gate, 600, 0, 0);

    assertThat(engineLimit(gate)).isLessThan(before * 1.1);
  }

  @Test
  void opens_again_after_live_traffic_took_all_room() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    run(gate, 20, 10, 10);
    double squeezed = engineLimit(gate);

    run(gate, 600, 10, 0);

    assertThat(engineLimit(gate)).isGreaterThan(squeezed * 1.5);
  }

  @Test
  void one_in_a_hundred_beyond_is_where_it_stays() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    run(gate, 60, 10, 0);
    double before = engineLimit(gate);
    for (int i = 0; i < 20; i++) {
      run(gate, 9, 10, 0);
      run(gate, 1, 10, 1);
    }

    assertThat(engineLimit(gate)).isBetween(before * 0.9, before * 1.1);
  }

  @Test
  void a_factor_is_learned_before_anything_goes() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)));
    run(gate, 200, 10, 0);
    assertThat(gate.budget()).isZero();
    assertThat(held).isEmpty();

    run(gate, 200, 10, 0);

    assertThat(held).isNotEmpty();
    assertThat(gate.measurements().get("ttft_target_seconds")).isBetween(0.03, 0.15);
  }

  @Test
  void what_other_replicas_do_to_live_traffic_is_not_taken_for_what_it_is_alone() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)));
    run(gate, 400, 10, 0);
    double before = target(gate);
    while (!held.isEmpty()) {
      held.remove().release(ANSWERED);
    }

    for (int second = 0; second < 400; second++) {
      live(10, 5, 10);
      ticker.pass(Duration.ofSeconds(1));
      gate.budget();
    }

    assertThat(before).isBetween(0.03, 0.1);
    assertThat(target(gate)).isEqualTo(before);
  }

  @Test
  void what_ours_do_to_live_traffic_is_not_taken_for_what_it_is_alone() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)));
    run(gate, 400, 10, 0);
    double before = target(gate);

    run(gate, 400, 10, 5);

    assertThat(target(gate)).isEqualTo(before);
  }

  @Test
  void a_long_outage_of_the_metrics_leaves_the_limit_finite() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    for (int second = 0; second < 300; second++) {
      live(10, 0, 100);
      gate.budget();
      ticker.pass(Duration.ofSeconds(1));
    }
    page = null;
    ticker.pass(Duration.ofHours(2));
    assertThat(gate.budget()).isZero();

    live(10, 0, 5);

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(gate.measurements().get("limit")).isBetween(1.0, 64.0);
    assertThat(engineLimit(gate)).isBetween(64.0, 300.0);
  }

  @Test
  void what_came_during_an_outage_is_not_spent() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)));
    run(gate, 60, 10, 0);
    double before = engineLimit(gate);
    page = null;
    ticker.pass(Duration.ofHours(2));

    live(1_000, 1_000, 10 + held.size());
    gate.budget();

    assertThat(engineLimit(gate)).isEqualTo(before);
    assertThat(gate.measurements()).containsEntry("ttft_over_share", 0.0);
  }

  @Test
  void too_few_live_requests_keep_a_factor_closed_until_there_are_enough() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)));
    run(gate, 199, 1, 0);
    run(gate, 600, 0, 0);
    assertThat(held).isEmpty();
    assertThat(gate.budget()).isZero();
    assertThat(gate.measurements()).containsEntry("learning", 1.0);

    run(gate, 60, 1, 0);

    assertThat(held).isNotEmpty();
    assertThat(gate.measurements()).containsEntry("learning", 0.0);
    assertThat(target(gate)).isBetween(0.03, 0.1);
  }

  @Test
  void what_the_fallback_sends_during_an_outage_is_not_learned() {
    SloGate gate =
        gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)).fallback(1));
    run(gate, 200, 10, 0);
    page = null;
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());
    for (int second = 0; second < 200; second++) {
      live(10, 10, 11);
      gate.budget();
      ticker.pass(Duration.ofSeconds(1));
    }
    go.permit().release(ANSWERED);
    live(10, 10, 10);
    gate.budget();
    ticker.pass(Duration.ofSeconds(1));
    assertThat(gate.budget()).isZero();

    run(gate, 150, 10, 0);

    assertThat(held).isNotEmpty();
    assertThat(target(gate)).isBetween(0.03, 0.1);
  }

  @Test
  void hours_that_nobody_watched_are_not_learned() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(1.25).learn(Duration.ofMinutes(5)));
    live(1_000, 0, 10);
    gate.budget();
    ticker.pass(Duration.ofHours(2));
    live(1_000, 0, 10);

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(gate.measurements()).containsEntry("learning", 1.0);
  }

  @Test
  void before_a_reading_was_tried_it_is_closed_whatever_the_fallback() throws Exception {
    Poll<LiveMetrics> poll =
        new Poll<>(
            "slo",
            new Probe<>() {
              @Override
              public LiveMetrics measure() throws IOException {
                throw new IOException("not there");
              }

              @Override
              public String source() {
                return "http://test/metrics";
              }

              @Override
              public void close() {}
            },
            new Poll.Timing(Duration.ofSeconds(1), Duration.ofSeconds(10)),
            "its budget is the fallback 1",
            Thread::new,
            ticker);
    SloGate gate =
        SloGate.builder()
            .from(poll)
            .liveTtftP99(Duration.ofMillis(100))
            .fallback(1)
            .ticker(ticker)
            .build();
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(gate.budget()).isZero();

    poll.pollOnce();

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  @Test
  void the_time_from_token_to_token_has_an_allowance_of_its_own() {
    SloGate gate = gate(SloGate.builder().liveItlP99(Duration.ofMillis(100)));
    inTokens = true;
    run(gate, 200, 10, 0);
    double grown = engineLimit(gate);
    run(gate, 50, 10, 2);

    assertThat(grown).isGreaterThan(20);
    assertThat(engineLimit(gate)).isLessThan(grown);
    assertThat(gate.measurements().get("itl_over_share")).isPositive();
  }

  @Test
  void takes_back_the_newest_when_live_traffic_rises_within_the_waste_budget() {
    SloGate gate = gate(SloGate.builder().liveTtftP99(Duration.ofMillis(100)).yields(true));
    run(gate, 300, 10, 0);
    assertThat(gate.excess()).isZero();
    int before = held.size();

    live(10, 0, 2_000);

    assertThat(gate.excess()).isBetween(1, before);
    assertThat(gate.budget()).isZero();
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
  }

  @Test
  void tells_every_fault_of_its_builder() {
    assertThatThrownBy(() -> SloGate.builder().max(0).waste(2).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("metrics are missing")
        .hasMessageContaining("liveTtftP99 or liveItlP99 is missing")
        .hasMessageContaining("max must")
        .hasMessageContaining("waste must");
  }

  @Test
  void allowances_are_times_or_factors() {
    assertThat(Allowance.parse("250ms").seconds()).isEqualTo(0.25);
    assertThat(Allowance.parse("2s").seconds()).isEqualTo(2);
    assertThat(Allowance.parse("1.25x").factor()).isEqualTo(1.25);
    assertThat(Allowance.isValid("1x")).isFalse();
    assertThat(Allowance.isValid("fast")).isFalse();
  }

  @Test
  void the_tail_is_exponential_within_wide_buckets() {
    LatencyCounts counts =
        new LatencyCounts(
            new double[] {0.08, 0.1, 0.25}, new double[] {81_600, 93_070, 99_997, 100_000}, 6_000);

    assertThat(counts.shareAbove(0.14)).isBetween(0.006, 0.010);
    assertThat(counts.quantile(0.99)).isBetween(0.125, 0.142);
    assertThat(counts.shareAbove(counts.quantile(0.95))).isBetween(0.049, 0.051);
  }

  private SloGate gate(SloGate.Builder builder) {
    return builder.max(64).ticker(ticker).metrics(() -> Optional.ofNullable(page)).build();
  }

  /** So many seconds, in each of which so many live requests come, and ours are sent and end. */
  private void run(SloGate gate, int seconds, int live, int over) {
    for (int second = 0; second < seconds; second++) {
      live(live, over, 10 + held.size());
      gate.budget();
      for (int i = 0; i < 20; i++) {
        ticker.pass(Duration.ofMillis(50));
        if (gate.tryAcquire(Asked.request()) instanceof Verdict.Go go) {
          held.add(go.permit());
        }
      }
      if (held.size() > 5) {
        held.poll().release(ANSWERED);
      }
    }
  }

  /** A page on which so many more live requests are, some beyond 0.2 s, and so many in all. */
  private void live(int requests, int over, int inEngine) {
    for (int i = 0; i < cumulative.length; i++) {
      cumulative[i] += i == BOUNDS.length ? requests : requests - over;
    }
    page =
        new LiveMetrics(
            ticker.getAsLong(),
            new LatencyCounts(BOUNDS, cumulative.clone(), 0),
            inTokens ? tokens() : null,
            inEngine,
            liveOnly);
  }

  /** A hundred tokens for each request, as slow as it. */
  private LatencyCounts tokens() {
    tokens += moreTokens;
    return new LatencyCounts(
        BOUNDS, Arrays.stream(cumulative).map(count -> 100 * count + tokens).toArray(), 0);
  }

  private static double target(SloGate gate) {
    return gate.measurements().getOrDefault("ttft_target_seconds", 0.0);
  }

  private static double engineLimit(SloGate gate) {
    return gate.measurements().getOrDefault("engine_limit", 0.0);
  }
}
