package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptiveGateTest {

  private final ManualTicker ticker = new ManualTicker();
  private AdaptiveGate gate = AdaptiveGate.builder().max(64).ticker(ticker).build();
  private final Deque<Permit> held = new ArrayDeque<>();

  @Test
  void grows_while_tokens_take_no_longer() {
    serve(60, 10);

    assertThat(limit()).isGreaterThan(30);
  }

  @Test
  void shrinks_before_anything_is_shed_when_tokens_take_longer() {
    serve(60, 10);
    double before = limit();

    serve(60, 30);

    assertThat(limit()).isLessThan(before / 2);
  }

  @Test
  void a_shed_halves_the_limit_once_for_all_that_was_in_flight() {
    serve(60, 10);
    fill(8);
    double before = limit();

    ticker.pass(Duration.ofMillis(1));
    while (!held.isEmpty()) {
      held.poll().release(failed(Kind.SHED, 429, null));
    }

    assertThat(limit()).isBetween(Math.floor(before / 2), Math.ceil(before / 2));
  }

  @Test
  void retry_after_keeps_everything_away() {
    fill(1);
    held.poll().release(failed(Kind.SHED, 429, Duration.ofSeconds(7)));

    assertThat(gate.budget()).isZero();
    ticker.pass(Duration.ofSeconds(6));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    ticker.pass(Duration.ofSeconds(2));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  @Test
  void a_gateway_that_is_down_gets_a_trickle_of_probes() {
    int attempts = 0;
    for (int second = 0; second < 300; second++) {
      ticker.pass(Duration.ofSeconds(1));
      while (gate.tryAcquire(Asked.request()) instanceof Verdict.Go go) {
        attempts++;
        go.permit().release(failed(Kind.FAILED, 0, null));
      }
    }

    assertThat(attempts).isBetween(10, 25);
    assertThat(gate.measurements()).containsEntry("circuit_open", 1.0);
  }

  @Test
  void a_gateway_that_sheds_everything_gets_a_trickle() {
    assertThat(shedFor(Duration.ofMinutes(1))).isBetween(10, 50);
    assertThat(gate.measurements()).containsEntry("circuit_open", 0.0);
  }

  @Test
  void a_gateway_that_sheds_again_after_an_answer_gets_a_trickle_from_the_start() {
    shedFor(Duration.ofMinutes(1));
    ticker.pass(Duration.ofSeconds(5));
    fill(1);
    held.poll().release(answered(10));
    ticker.pass(Duration.ofSeconds(5));

    fill(1);
    held.poll().release(failed(Kind.SHED, 429, null));
    assertThat(gate.budget()).isZero();
    ticker.pass(Duration.ofSeconds(1));

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  /** Each attempt is shed after a millisecond, without a word on when to come back. */
  private int shedFor(Duration time) {
    int attempts = 0;
    for (int milli = 0; milli < time.toMillis(); milli++) {
      ticker.pass(Duration.ofMillis(1));
      while (!held.isEmpty()) {
        held.poll().release(failed(Kind.SHED, 429, null));
      }
      while (gate.tryAcquire(Asked.request()) instanceof Verdict.Go go) {
        attempts++;
        held.add(go.permit());
      }
    }
    while (!held.isEmpty()) {
      held.poll().release(failed(Kind.SHED, 429, null));
    }
    return attempts;
  }

  @Test
  void a_shed_says_that_the_gateway_is_there() {
    for (int i = 0; i < 20; i++) {
      ticker.pass(Duration.ofMinutes(1));
      fill(1);
      held.poll().release(i % 4 == 3 ? failed(Kind.SHED, 429, null) : failed(Kind.FAILED, 0, null));
    }

    assertThat(gate.measurements()).containsEntry("circuit_open", 0.0);
  }

  @Test
  void what_fails_at_once_counts_as_one_probe() {
    serve(60, 10);
    fill(50);
    ticker.pass(Duration.ofMillis(1));
    while (!held.isEmpty()) {
      held.poll().release(failed(Kind.FAILED, 0, null));
    }
    assertThat(gate.measurements()).containsEntry("circuit_open", 1.0);

    ticker.pass(Duration.ofMillis(1_001));

    assertThat(gate.budget()).isPositive();
    fill(1);
    assertThat(held).hasSize(1);
    assertThat(gate.budget()).as("while the probe is out").isZero();
  }

  @Test
  void a_failure_does_not_shorten_what_the_gateway_asked_for() {
    serve(60, 10);
    fill(10);
    ticker.pass(Duration.ofMillis(1));
    while (held.size() > 1) {
      held.poll().release(failed(Kind.FAILED, 503, Duration.ofMinutes(2)));
    }
    held.poll().release(failed(Kind.FAILED, 0, null));

    ticker.pass(Duration.ofSeconds(119));
    assertThat(gate.budget()).isZero();
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    ticker.pass(Duration.ofSeconds(2));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  @Test
  void asked_to_stay_away_for_centuries_it_asks_after_minutes() {
    fill(1);
    held.poll().release(failed(Kind.SHED, 429, Duration.ofDays(365_000)));

    ticker.pass(Duration.ofMinutes(4));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    ticker.pass(Duration.ofMinutes(2));
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
  }

  @Test
  void full_it_is_not_closed() {
    serve(60, 10);
    fill(64);

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);
    assertThat(gate.budget()).isPositive();
  }

  @Test
  void what_was_not_sent_after_all_leaves_the_pace_as_it_was() {
    serve(60, 10);
    ticker.pass(Duration.ofMinutes(1));
    Verdict.Go go = (Verdict.Go) gate.tryAcquire(Asked.request());
    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Wait.class);

    go.permit().returnUnused();

    assertThat(gate.tryAcquire(Asked.request())).isInstanceOf(Verdict.Go.class);
    assertThat(gate.measurements())
        .containsEntry("in_flight", 1.0)
        .containsEntry("wasted_share", 0.0);
  }

  @Test
  void answers_with_and_without_tokens_are_not_compared_with_each_other() {
    int answers = 0;
    for (int round = 0; round < 200; round++) {
      fill(64);
      while (!held.isEmpty()) {
        answers++;
        boolean inBytes = answers < 10 || answers % 3 == 0;
        held.poll().release(inBytes ? answeredInBytes() : answered(10));
      }
    }

    assertThat(limit()).isGreaterThan(30);
  }

  @Test
  void answers_without_tokens_shrink_it_too() {
    for (int round = 0; round < 60; round++) {
      fill(64);
      while (!held.isEmpty()) {
        held.poll().release(answeredInBytes());
      }
    }
    double before = limit();
    for (int round = 0; round < 60; round++) {
      fill(64);
      while (!held.isEmpty()) {
        held.poll()
            .release(
                new AttemptOutcome(
                    Kind.SUCCEEDED,
                    new InferenceResponse(200, Map.of(), Bytes.utf8("x".repeat(800))),
                    null,
                    Duration.ofSeconds(3),
                    null));
      }
    }

    assertThat(before).isGreaterThan(30);
    assertThat(limit()).isLessThan(before / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 60, 600})
  void probes_leave_most_of_the_time_to_the_harvest(int answerSeconds) {
    Duration answer = Duration.ofSeconds(answerSeconds);
    Deque<Long> ends = new ArrayDeque<>();
    long begin = ticker.getAsLong();
    long warm = begin + answer.multipliedBy(20).toNanos();
    long end = warm + Math.max(answer.multipliedBy(250).toNanos(), Duration.ofHours(1).toNanos());
    double inFlightNanos = 0;
    for (long now = begin; now - end < 0; now = ticker.getAsLong()) {
      while (!ends.isEmpty() && ends.peek() - now <= 0) {
        ends.poll();
        held.poll().release(answered(10L * answerSeconds));
      }
      Verdict verdict = gate.tryAcquire(Asked.request());
      if (verdict instanceof Verdict.Go go) {
        held.add(go.permit());
        ends.add(now + answer.toNanos());
        continue;
      }
      long next =
          now + Math.max(((Verdict.Wait) verdict).atMost().toNanos(), answerSeconds * 500_000L);
      next = !ends.isEmpty() && ends.peek() - next < 0 ? ends.peek() : next;
      inFlightNanos += now - warm < 0 ? 0 : (double) held.size() * (next - now);
      ticker.pass(Duration.ofNanos(next - now));
    }

    assertThat(inFlightNanos / (end - warm) / 64).isGreaterThan(0.85);
  }

  @Test
  void one_answer_closes_the_circuit() {
    a_gateway_that_is_down_gets_a_trickle_of_probes();

    ticker.pass(Duration.ofMinutes(1));
    fill(1);
    held.poll().release(answered(10));

    assertThat(gate.measurements()).containsEntry("circuit_open", 0.0);
  }

  @Test
  void takes_back_what_was_in_flight_when_the_limit_fell_if_it_may() {
    fallInFlight();
    assertThat(gate.excess()).isZero();

    held.clear();
    gate = AdaptiveGate.builder().max(64).yields(true).ticker(ticker).build();
    fallInFlight();
    int excess = gate.excess();
    assertThat(excess).isBetween(1, held.size() - (int) limit());
    assertThat(gate.budget()).isZero();
    for (int i = 0; i < excess; i++) {
      held.removeLast().release(failed(Kind.ABORTED, 0, null));
    }

    assertThat(gate.excess()).isZero();
    assertThat(gate.measurements().get("wasted_share")).isPositive();
  }

  @Test
  void tells_every_fault_of_its_builder() {
    assertThatThrownBy(() -> AdaptiveGate.builder().min(0).max(-1).tolerance(1).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("min must")
        .hasMessageContaining("max must")
        .hasMessageContaining("tolerance must");
  }

  @Test
  void tokens_are_read_from_the_end_of_an_answer() {
    assertThat(AnswerTokens.of(Bytes.utf8("{\"usage\":{\"completion_tokens\": 128 }}")))
        .isEqualTo(128);
    assertThat(AnswerTokens.of(Bytes.utf8("{\"usage\":{}}"))).isZero();
    assertThat(AnswerTokens.of(Bytes.utf8("\"completion_tokens\":" + "9".repeat(30)))).isPositive();
  }

  private void fallInFlight() {
    serve(60, 10);
    fill(64);
    held.removeFirst().release(failed(Kind.SHED, 429, null));
  }

  /** So many rounds in which all that may go goes and is answered. */
  private void serve(int rounds, long millisPerToken) {
    for (int round = 0; round < rounds; round++) {
      fill(64);
      while (!held.isEmpty()) {
        held.poll().release(answered(millisPerToken));
      }
    }
  }

  private void fill(int most) {
    for (int tries = 0; tries < 2_000 && held.size() < most; tries++) {
      if (gate.tryAcquire(Asked.request()) instanceof Verdict.Go go) {
        held.add(go.permit());
      }
      ticker.pass(Duration.ofMillis(2));
    }
  }

  private double limit() {
    return gate.measurements().getOrDefault("limit", 0.0);
  }

  private static AttemptOutcome answered(long millisPerToken) {
    return new AttemptOutcome(
        Kind.SUCCEEDED,
        new InferenceResponse(200, Map.of(), Bytes.utf8("{\"usage\":{\"completion_tokens\":100}}")),
        null,
        Duration.ofMillis(100 * millisPerToken),
        null);
  }

  /** A second, 800 bytes. */
  private static AttemptOutcome answeredInBytes() {
    return new AttemptOutcome(
        Kind.SUCCEEDED,
        new InferenceResponse(200, Map.of(), Bytes.utf8("x".repeat(800))),
        null,
        Duration.ofSeconds(1),
        null);
  }

  private static AttemptOutcome failed(Kind kind, int status, @Nullable Duration retryAfter) {
    InferenceResponse response =
        status == 0 ? null : new InferenceResponse(status, Map.of(), Bytes.EMPTY);
    return new AttemptOutcome(kind, response, "for a test", Duration.ofMillis(1), retryAfter);
  }
}
