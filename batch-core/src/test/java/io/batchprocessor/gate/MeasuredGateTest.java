package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredGateTest {

  private final ManualTicker ticker = new ManualTicker();
  private Load load = Load.of(0, 20);
  private boolean failing;

  private final Poll<Load> poll =
      new Poll<>(
          "measured",
          new Probe<>() {
            @Override
            public Load measure() throws IOException {
              if (failing) {
                throw new IOException("for a test");
              }
              return load;
            }

            @Override
            public String source() {
              return "a test";
            }

            @Override
            public void close() {}
          },
          new Poll.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30)),
          "its budget is a fallback",
          Thread::new,
          ticker);

  private MeasuredGate gate(double baseline, double fallback) {
    return new MeasuredGate("measured", poll, baseline, fallback, 8);
  }

  private void read(Load now) {
    load = now;
    ticker.pass(Duration.ofSeconds(5));
    poll.pollOnce();
  }

  @Test
  void nothing_goes_before_the_first_reading_was_tried() {
    MeasuredGate gate = gate(0, 1);
    assertThat(gate.budget()).isZero();
    assertThat(Asked.permits(gate, 100)).isEmpty();

    failing = true;
    poll.pollOnce();

    assertThat(gate.budget()).as("the fallback").isEqualTo(1);
    assertThat(Asked.permits(gate, 100)).hasSize(8);
  }

  @Test
  void a_budget_is_spent_once_and_anew_from_the_next_reading() {
    MeasuredGate gate = gate(0.1, 0);
    read(Load.of(12, 20));
    assertThat(gate.budget()).isEqualTo(0.3, org.assertj.core.data.Offset.offset(1e-9));

    List<Permit> first = Asked.permits(gate, 100);
    assertThat(first).as("0.3 of 20").hasSize(6);
    assertThat(Asked.permits(gate, 100)).isEmpty();
    Asked.release(first.subList(0, 2));
    assertThat(Asked.permits(gate, 100)).as("in place of those that are done").hasSize(2);

    read(Load.of(16, 20));
    assertThat(Asked.permits(gate, 100)).as("0.1 of 20 more").hasSize(2);
    assertThat(gate.measurements())
        .containsEntry("in_flight", 8.0)
        .containsEntry("limit", 8.0)
        .containsEntry("saturation", 0.8)
        .containsEntry("capacity", 20.0)
        .containsEntry("closes_at", 0.9)
        .containsEntry("reading_missing", 0.0);
  }

  @Test
  void a_full_reading_closes_it_also_for_what_replaces_what_is_done() {
    MeasuredGate gate = gate(0.1, 0);
    read(Load.of(10, 20));
    List<Permit> permits = Asked.permits(gate, 100);
    for (Load full : List.of(Load.of(18, 20), Load.of(19, 20), Load.of(50, 20), Load.of(0, 0))) {
      read(full);
      assertThat(gate.budget()).as("%s", full).isZero();
      Asked.release(permits.subList(0, 1));
      permits = permits.subList(1, permits.size());
      assertThat(gate.tryAcquire(Asked.request()))
          .isEqualTo(new Verdict.Wait(Duration.ofSeconds(1)));
    }
  }

  @Test
  void a_share_of_unknown_size_counts_of_the_pools_concurrency() {
    MeasuredGate gate = gate(0.2, 0);
    read(Load.ofShare(0.3));
    assertThat(Asked.permits(gate, 100)).as("0.5 of 8").hasSize(4);
  }

  @Test
  void the_smallest_budget_lets_one_go() {
    MeasuredGate gate = gate(0, 0);
    read(Load.ofShare(0.9999));
    assertThat(Asked.permits(gate, 100)).hasSize(1);
  }

  @Test
  void decimal_fractions_that_are_equal_leave_nothing() {
    read(Load.ofShare(0.95));
    assertThat(gate(0.05, 0).budget()).isZero();
    read(Load.ofShare(0.7));
    assertThat(gate(1 - 0.7, 0).budget()).isZero();
  }

  @Test
  void a_stale_reading_gives_way_to_the_fallback_and_a_new_one_ends_that() {
    MeasuredGate open = gate(0, 0.5);
    MeasuredGate closed = gate(0, 0);
    read(Load.of(20, 20));
    assertThat(Asked.permits(open, 100)).isEmpty();
    failing = true;
    for (int i = 0; i < 6; i++) {
      read(load);
      assertThat(open.budget()).isZero();
    }
    read(load);

    assertThat(open.budget()).isEqualTo(0.5);
    assertThat(Asked.permits(open, 100)).as("0.5 of 8").hasSize(4);
    assertThat(closed.budget()).isZero();
    assertThat(Asked.permits(closed, 100)).isEmpty();
    assertThat(open.measurements()).containsEntry("reading_missing", 1.0);

    failing = false;
    read(Load.of(10, 20));
    assertThat(Asked.permits(open, 100)).hasSize(10);
    assertThat(Asked.permits(closed, 100)).hasSize(10);
    assertThat(open.measurements()).containsEntry("reading_missing", 0.0);
  }
}
