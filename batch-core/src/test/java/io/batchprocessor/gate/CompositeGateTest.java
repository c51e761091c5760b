package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompositeGateTest {

  private final List<String> log = new ArrayList<>();
  private final FakeGate a = new FakeGate("a", log);
  private final FakeGate b = new FakeGate("b", log);
  private final FakeGate c = new FakeGate("c", log);
  private final CompositeGate gate = CompositeGate.of(List.of(a, b, c));

  @Test
  void all_are_asked_in_order_and_their_permits_come_back_from_the_last() {
    Verdict verdict = gate.tryAcquire(Asked.request());

    assertThat(verdict).isInstanceOf(Verdict.Go.class);
    assertThat(log).containsExactly("a asked", "b asked", "c asked");
    log.clear();
    ((Verdict.Go) verdict).permit().release(Asked.outcome(Kind.SHED));
    assertThat(log).containsExactly("c SHED", "b SHED", "a SHED");
  }

  @Test
  void the_first_that_says_no_decides_and_what_was_taken_goes_back_unused() {
    for (Verdict no :
        List.of(
            new Verdict.Wait(Duration.ofSeconds(3)),
            new Verdict.Release(Duration.ZERO),
            new Verdict.Drop("because"))) {
      log.clear();
      c.verdict = no;
      assertThat(gate.tryAcquire(Asked.request())).isSameAs(no);
      assertThat(log).containsExactly("a asked", "b asked", "c asked", "b unused", "a unused");
    }
    log.clear();
    a.verdict = new Verdict.Drop("first");
    assertThat(gate.tryAcquire(Asked.request())).isSameAs(a.verdict);
    assertThat(log).containsExactly("a asked");
  }

  @Test
  void a_gate_that_throws_in_the_middle_leaves_no_permit_out() {
    b.failure = new IllegalStateException("broken");

    assertThatThrownBy(() -> gate.tryAcquire(Asked.request())).isSameAs(b.failure);

    assertThat(log).containsExactly("a asked", "b asked", "a unused");
  }

  @Test
  void a_gate_that_returns_null_leaves_no_permit_out() {
    CompositeGate broken =
        CompositeGate.of(
            List.of(
                a,
                new io.batchprocessor.spi.DispatchGate() {
                  @Override
                  public String name() {
                    return "nothing";
                  }

                  @Override
                  public Verdict tryAcquire(io.batchprocessor.spi.RequestView request) {
                    return null;
                  }

                  @Override
                  public double budget() {
                    return 1;
                  }
                }));

    assertThatThrownBy(() -> broken.tryAcquire(Asked.request()))
        .hasMessage("gate 'nothing' returned null");
    assertThat(log).containsExactly("a asked", "a unused");
  }

  @Test
  void a_permit_that_throws_keeps_no_other_from_coming_back() {
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());
    c.permitFailure = new IllegalStateException("c");
    a.permitFailure = new IllegalStateException("a");
    log.clear();

    assertThatThrownBy(() -> go.permit().release(Asked.outcome(Kind.FAILED)))
        .isSameAs(c.permitFailure)
        .hasSuppressedException(a.permitFailure);

    assertThat(log).containsExactly("c FAILED", "b FAILED", "a FAILED");
  }

  @Test
  void an_error_of_a_permit_keeps_no_other_from_coming_back() {
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());
    c.permitError = new NoClassDefFoundError("c");
    a.permitFailure = new IllegalStateException("a");
    log.clear();

    assertThatThrownBy(() -> go.permit().returnUnused())
        .isSameAs(c.permitError)
        .hasSuppressedException(a.permitFailure);

    assertThat(log).containsExactly("c unused", "b unused", "a unused");
  }

  @Test
  void nested_gates_are_rolled_back_once_each() {
    FakeGate last = new FakeGate("last", log);
    last.verdict = new Verdict.Wait(Duration.ofSeconds(1));
    CompositeGate outer =
        CompositeGate.of(List.of(CompositeGate.of(List.of(a, b)), WaitOnReleaseGate.of(c), last));

    outer.tryAcquire(Asked.request());

    assertThat(log)
        .containsExactly(
            "a asked", "b asked", "c asked", "last asked", "c unused", "b unused", "a unused");
  }

  @Test
  void budget_is_the_least_and_excess_the_greatest() {
    a.budget = 0.5;
    b.budget = 0.2;
    b.excess = 3;
    c.excess = 2;

    assertThat(gate.budget()).isEqualTo(0.2);
    assertThat(gate.excess()).isEqualTo(3);
    assertThat(gate.name()).isEqualTo("composite(a, b, c)");
    assertThat(CompositeGate.of(List.of(a, new FakeGate("a", log))).measurements())
        .containsEntry("a.budget", 0.5)
        .containsEntry("a-2.budget", 1.0);
  }

  @Test
  void closing_closes_all_whatever_fails() {
    b.failure = new IllegalStateException("broken");

    assertThatThrownBy(gate::close).isSameAs(b.failure);

    assertThat(log).containsExactly("c closed", "b closed", "a closed");
  }

  @Test
  void there_must_be_one() {
    assertThatThrownBy(() -> CompositeGate.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
