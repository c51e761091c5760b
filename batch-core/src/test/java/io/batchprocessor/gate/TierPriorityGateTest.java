package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TierPriorityGateTest {

  private static final Verdict NO = new Verdict.Wait(Duration.ofSeconds(2));

  private final List<String> log = new ArrayList<>();
  private final FakeGate saturation = new FakeGate("saturation", log);
  private final FakeGate quota = new FakeGate("quota", log);

  @ParameterizedTest
  @CsvSource({
    "interactive, reserved, Wait",
    "async, reserved, Wait",
    "batch, reserved, Wait",
    "'', reserved, Wait",
    "interactive, overflow, Drop",
    "async, overflow, Release",
    "batch, overflow, Release",
    "interactive, '', Release",
    "batch, '', Release",
    "'', '', Release"
  })
  void while_saturated_tier_and_share_decide(String tier, String share, String expected) {
    TierPriorityGate gate =
        TierPriorityGate.builder(saturation).releaseDelay(Duration.ofSeconds(5)).build();
    Map<String, String> labels = Map.of("tier", tier, "share", share);
    assertThat(gate.tryAcquire(Asked.request(labels))).isInstanceOf(Verdict.Go.class);

    saturation.verdict = NO;
    saturation.budget = 0;
    Verdict verdict = gate.tryAcquire(Asked.request(labels));

    assertThat(verdict.getClass().getSimpleName()).isEqualTo(expected);
    if (verdict instanceof Verdict.Drop drop) {
      assertThat(drop.statusCode()).isEqualTo(429);
      assertThat(drop.reason()).contains("saturated");
    } else if (verdict instanceof Verdict.Release release) {
      assertThat(release.delay()).isEqualTo(Duration.ofSeconds(5));
    } else {
      assertThat(verdict).isSameAs(NO);
    }
  }

  @ParameterizedTest
  @CsvSource({"interactive, overflow", "batch, overflow", "interactive, ''", "batch, reserved"})
  void a_gate_that_is_not_closed_says_when_to_ask_again(String tier, String share) {
    TierPriorityGate gate = TierPriorityGate.builder(saturation).build();
    saturation.verdict = NO;

    assertThat(gate.tryAcquire(Asked.request(Map.of("tier", tier, "share", share)))).isSameAs(NO);
  }

  @Test
  void a_gate_that_spreads_starts_is_not_saturated() {
    TierPriorityGate gate =
        TierPriorityGate.builder(AdaptiveGate.builder().ticker(new ManualTicker()).build())
            .tier(Tier.INTERACTIVE)
            .build();
    Map<String, String> overflow = Map.of("share", "overflow");
    for (int i = 0; i < 2; i++) {
      assertThat(gate.tryAcquire(Asked.request(overflow))).isInstanceOf(Verdict.Go.class);
    }

    assertThat(gate.tryAcquire(Asked.request(overflow))).isInstanceOf(Verdict.Wait.class);
  }

  @Test
  void a_gate_that_has_not_tried_to_read_is_not_saturated() {
    Poll<Load> poll =
        new Poll<>(
            "scrape",
            new LoadProbe<>(new Unread(), page -> Load.ofShare(1)),
            new Poll.Timing(Duration.ofSeconds(1), Duration.ofSeconds(5)),
            "its budget is the fallback 0",
            Thread::new,
            new ManualTicker());
    MeasuredGate measured = new MeasuredGate("scrape", poll, 0, 0, 8);
    TierPriorityGate gate =
        TierPriorityGate.builder(
                CompositeGate.of(List.of(WaitOnReleaseGate.of(measured), MaxConcurrencyGate.of(8))))
            .tier(Tier.INTERACTIVE)
            .build();
    Map<String, String> overflow = Map.of("share", "overflow");
    assertThat(gate.tryAcquire(Asked.request(overflow))).isInstanceOf(Verdict.Wait.class);

    poll.pollOnce();

    assertThat(gate.tryAcquire(Asked.request(overflow))).isInstanceOf(Verdict.Drop.class);
  }

  /** Nothing to read: what is found in it does not matter. */
  private static final class Unread implements Probe<String> {
    @Override
    public String measure() {
      return "";
    }

    @Override
    public String source() {
      return "nowhere";
    }

    @Override
    public void close() {}
  }

  @Test
  void what_the_quota_has_a_permit_for_is_reserved_and_keeps_the_permit() {
    TierPriorityGate gate =
        TierPriorityGate.builder(saturation).reserved(quota).tier(Tier.INTERACTIVE).build();
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());
    go.permit().release(Asked.outcome(Kind.SUCCEEDED));
    assertThat(log)
        .containsExactly(
            "quota asked", "saturation asked", "saturation SUCCEEDED", "quota SUCCEEDED");

    log.clear();
    saturation.verdict = NO;
    saturation.budget = 0;
    assertThat(gate.tryAcquire(Asked.request())).isSameAs(NO);
    assertThat(log).containsExactly("quota asked", "saturation asked", "quota unused");

    quota.verdict = NO;
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Drop.class);
    saturation.verdict = null;
    assertThat(gate.tryAcquire(Asked.request()))
        .as("overflow goes while there is room")
        .isInstanceOf(Verdict.Go.class);
  }

  @Test
  void a_saturation_gate_that_throws_leaves_no_permit_out() {
    TierPriorityGate gate = TierPriorityGate.builder(saturation).reserved(quota).build();
    saturation.failure = new IllegalStateException("broken");

    org.assertj.core.api.Assertions.assertThatThrownBy(() -> gate.tryAcquire(Asked.request()))
        .isSameAs(saturation.failure);

    assertThat(log).containsExactly("quota asked", "saturation asked", "quota unused");
  }

  @Test
  void the_gate_of_a_queue_knows_its_tier_from_the_queues_label() {
    saturation.budget = 0;
    DispatchGateProvider provider = Asked.provider("tier-priority");
    for (String tier : List.of("batch", "interactive")) {
      DispatchGate gate =
          provider.create(
              new DispatchGateContext(
                  Settings.of(provider.settings(), Map.of()),
                  List.of(saturation),
                  Map.of("tier", tier),
                  8,
                  Thread::new,
                  System::nanoTime));
      assertThat(gate.budget()).isEqualTo(tier.equals("batch") ? 0 : 1);
    }
  }

  @Test
  void what_may_have_to_be_dropped_is_taken_from_the_broker_and_the_rest_is_not() {
    saturation.budget = 0;
    assertThat(TierPriorityGate.builder(saturation).tier(Tier.BATCH).build().budget()).isZero();
    assertThat(TierPriorityGate.builder(saturation).tier(Tier.ASYNC).build().budget()).isZero();
    assertThat(TierPriorityGate.builder(saturation).tier(Tier.INTERACTIVE).build().budget())
        .isEqualTo(1);
    assertThat(TierPriorityGate.builder(saturation).build().budget()).isEqualTo(1);
  }
}
