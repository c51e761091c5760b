package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rules 901 to 907, of {@link DispatchGate}, and 911 to 915, of {@link YieldingGate}.
 *
 * {@snippet :
 * class MyGateKitTest implements DispatchGateContract {
 *   @Override
 *   public DispatchGate gate() {
 *     return new MyGate(8);
 *   }
 * }
 * }
 *
 * <p>The gate should let at least one request go, and what it depends on should stand still. The
 * page about it is named after the test class.
 */
@ExtendWith(RuleReport.class)
@Timeout(300)
public interface DispatchGateContract {

  /** How many permits are enough to call a gate unlimited. */
  int MANY = 2_000;

  /** A new gate. */
  DispatchGate gate();

  /**
   * Brings a {@link YieldingGate} with permits out to want some of them back; for rules 911 to 914.
   * Default: nothing, and these rules are skipped if it wants none.
   */
  default void provokeExcess(DispatchGate gate) {}

  /** How long to wait for what has to happen sometime; default 30 seconds. */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  @Test
  default void rule_901_try_acquire_decides_at_once() throws Exception {
    try (DispatchGate gate = gate()) {
      Background<Integer> asking =
          Background.of(
              () -> {
                for (int i = 0; i < MANY; i++) {
                  assertThat(gate.tryAcquire(SimulatedRequests.request())).isNotNull();
                }
                return MANY;
              });

      asking.within(patience(), "tryAcquire, " + MANY + " times");
    }
  }

  @Test
  default void rule_902_a_permit_that_is_released_may_be_had_again() {
    try (DispatchGate gate = gate()) {
      for (AttemptOutcome.Kind kind : AttemptOutcome.Kind.values()) {
        Deque<Permit> held = takeAll(gate);
        assertThat(held).as("permits given out, before %s", kind).isNotEmpty();
        while (!held.isEmpty()) {
          held.pop().release(SimulatedRequests.outcome(kind));
        }
      }
      awaitPermit(gate).release(SimulatedRequests.outcome(AttemptOutcome.Kind.SUCCEEDED));
    }
  }

  @Test
  default void rule_903_asking_again_after_wait_is_harmless() {
    try (DispatchGate gate = gate()) {
      Deque<Permit> held = takeAll(gate);
      Assumptions.assumeTrue(
          held.size() < MANY, "rule 903 skipped: the gate has no limit that can be reached");
      for (int i = 0; i < MANY; i++) {
        if (gate.tryAcquire(SimulatedRequests.request()) instanceof Verdict.Go go) {
          held.push(go.permit());
        }
      }

      while (!held.isEmpty()) {
        held.pop().release(SimulatedRequests.outcome(AttemptOutcome.Kind.SUCCEEDED));
      }

      awaitPermit(gate).release(SimulatedRequests.outcome(AttemptOutcome.Kind.SUCCEEDED));
    }
  }

  @Test
  default void rule_904_release_hands_the_request_back_and_drop_ends_it() {
    Assumptions.abort("rule 904 skipped: what follows from a verdict is the engine's to keep");
  }

  @Test
  default void rule_905_budget_is_a_share_from_0_to_1() {
    try (DispatchGate gate = gate()) {
      assertBudget(gate);
      Deque<Permit> held = new ArrayDeque<>();
      while (held.size() < MANY
          && gate.tryAcquire(SimulatedRequests.request()) instanceof Verdict.Go go) {
        held.push(go.permit());
        assertBudget(gate);
      }
      while (!held.isEmpty()) {
        held.pop().release(SimulatedRequests.outcome(AttemptOutcome.Kind.SHED));
        assertBudget(gate);
      }
    }
  }

  @Test
  default void rule_906_budget_and_measurements_may_be_asked_for_by_any_thread() throws Exception {
    try (DispatchGate gate = gate()) {
      List<Background<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        threads.add(
            Background.of(
                () -> {
                  for (int i = 0; i < MANY; i++) {
                    gate.budget();
                    gate.measurements().forEach((name, value) -> assertMeasurement(name, value));
                  }
                  return null;
                }));
      }
      for (int i = 0; i < MANY; i++) {
        if (gate.tryAcquire(SimulatedRequests.request()) instanceof Verdict.Go go) {
          go.permit().release(SimulatedRequests.outcome(AttemptOutcome.Kind.SUCCEEDED));
        }
      }
      for (Background<Void> thread : threads) {
        thread.within(patience(), "budget and measurements, " + MANY + " times");
      }
    }
  }

  @Test
  default void rule_907_close_ends_every_thread() throws Exception {
    ThreadWatch watch = new ThreadWatch();
    DispatchGate gate = watch.run(this::gate);
    watch.run(() -> gate.tryAcquire(SimulatedRequests.request()));

    gate.close();

    Awaitility.await()
        .atMost(patience())
        .untilAsserted(() -> assertThat(watch.alive()).as("threads left by close").isEmpty());
  }

  @Test
  default void rule_911_excess_only_looks() throws Exception {
    try (DispatchGate gate = gate()) {
      Deque<Permit> held = takeAll(gate);
      int excess = provokedExcess(gate);
      List<Background<Integer>> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        threads.add(
            Background.of(
                () -> {
                  for (int i = 0; i < MANY; i++) {
                    ((YieldingGate) gate).excess();
                  }
                  return ((YieldingGate) gate).excess();
                }));
      }

      for (Background<Integer> thread : threads) {
        assertThat(thread.within(patience(), "excess, " + MANY + " times"))
            .as("excess, asked again")
            .isEqualTo(excess);
      }
      giveBack(held, held.size());
    }
  }

  @Test
  default void rule_912_excess_is_0_with_no_permit_out() {
    try (DispatchGate gate = gate()) {
      assumeYielding(gate);
      Deque<Permit> held = takeAll(gate);
      assertThat(provokedExcess(gate)).as("excess").isBetween(1, held.size());
      giveBack(held, held.size());
      assertThat(((YieldingGate) gate).excess()).as("excess with no permit out").isZero();
    }
  }

  @Test
  default void rule_913_a_gate_that_wants_permits_back_gives_none_out() {
    try (DispatchGate gate = gate()) {
      Deque<Permit> held = takeAll(gate);
      provokedExcess(gate);
      assertThat(gate.tryAcquire(SimulatedRequests.request())).isNotInstanceOf(Verdict.Go.class);
      assertThat(gate.budget()).as("budget").isZero();
      giveBack(held, held.size());
    }
  }

  @Test
  default void rule_914_what_was_taken_back_is_not_in_excess_any_more() {
    try (DispatchGate gate = gate()) {
      Deque<Permit> held = takeAll(gate);
      int excess = provokedExcess(gate);
      giveBack(held, excess);
      assertThat(((YieldingGate) gate).excess())
          .as("excess, after %d permits came back", excess)
          .isZero();
      giveBack(held, held.size());
    }
  }

  @Test
  default void rule_915_the_newest_are_taken_back() {
    Assumptions.abort("rule 915 skipped: which requests are taken back is the engine's to keep");
  }

  private static void assumeYielding(DispatchGate gate) {
    Assumptions.assumeTrue(
        gate instanceof YieldingGate, "rules 911 to 914 skipped: not a YieldingGate");
  }

  private int provokedExcess(DispatchGate gate) {
    assumeYielding(gate);
    provokeExcess(gate);
    int excess = ((YieldingGate) gate).excess();
    Assumptions.assumeTrue(
        excess != 0, "rules 911 to 914 skipped: the gate wants nothing back; see provokeExcess");
    return excess;
  }

  private static void giveBack(Deque<Permit> held, int count) {
    for (int i = 0; i < count && !held.isEmpty(); i++) {
      held.pop().release(SimulatedRequests.outcome(AttemptOutcome.Kind.ABORTED));
    }
  }

  /** All permits that it gives out, but not more than many. */
  private Deque<Permit> takeAll(DispatchGate gate) {
    Deque<Permit> held = new ArrayDeque<>();
    held.push(awaitPermit(gate));
    while (held.size() < MANY
        && gate.tryAcquire(SimulatedRequests.request()) instanceof Verdict.Go go) {
      held.push(go.permit());
    }
    return held;
  }

  private Permit awaitPermit(DispatchGate gate) {
    return Awaitility.await("a permit, with nothing in flight")
        .atMost(patience())
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                gate.tryAcquire(SimulatedRequests.request()) instanceof Verdict.Go go
                    ? go.permit()
                    : null,
            permit -> permit != null);
  }

  private static void assertBudget(DispatchGate gate) {
    assertThat(gate.budget()).as("budget").isBetween(0.0, 1.0);
  }

  private static void assertMeasurement(String name, Double value) {
    assertThat(name).as("name of a measurement").isNotBlank();
    assertThat(value).as(name).isNotNull();
  }
}
