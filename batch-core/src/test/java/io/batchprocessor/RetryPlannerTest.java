package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.AttemptOutcome.Kind;
import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryPlannerTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private final ManualTicker ticker = new ManualTicker();
  private double random = 0;

  private RetryPlanner planner(BackoffStrategy backoff, int maxAttempts) {
    return new RetryPlanner(backoff, maxAttempts, InstantSource.fixed(NOW), ticker, () -> random);
  }

  private static HeldRequest request(int attempt, Duration timeLeft) {
    return Samples.held(
        Samples.builder("r", NOW.plus(timeLeft)).metadata("team", "a").build(), attempt);
  }

  private static AttemptOutcome failure(Kind kind, int status, Duration retryAfter) {
    return new AttemptOutcome(
        kind,
        new InferenceResponse(status, Map.of(), Bytes.utf8("{\"detail\":1}")),
        "the gateway answered " + status,
        Duration.ofMillis(3),
        retryAfter);
  }

  private long delayMillis(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Retried.class);
    return (((Outcome.Retried) outcome).dueNanos() - ticker.getAsLong()) / 1_000_000;
  }

  private static ResultMessage result(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Finished.class);
    return ((Outcome.Finished) outcome).result();
  }

  @Test
  void the_strategy_is_told_what_happened_and_its_delay_is_kept() {
    AtomicReference<RetryContext> told = new AtomicReference<>();
    HeldRequest request = request(3, Duration.ofHours(1));
    AttemptOutcome outcome = failure(Kind.FAILED, 503, null);

    Outcome next =
        planner(
                context -> {
                  told.set(context);
                  return Duration.ofMillis(1_234);
                },
                Integer.MAX_VALUE)
            .after(request, outcome);

    assertThat(delayMillis(next)).isEqualTo(1_234);
    assertThat(((Outcome.Retried) next).attempt()).isEqualTo(4);
    assertThat(told.get()).isEqualTo(new RetryContext(3, request, outcome));
  }

  @Test
  void a_delay_has_a_least_where_one_is_asked_for() {
    AtomicReference<Duration> backoff = new AtomicReference<>(Duration.ofSeconds(3));
    RetryPlanner planner = planner(context -> backoff.get(), 5);
    AttemptOutcome outcome = failure(Kind.FAILED, 0, null);
    Duration least = Duration.ofSeconds(10);

    assertThat(delayMillis(planner.again(request(1, Duration.ofHours(1)), outcome, least)))
        .isEqualTo(10_000);
    backoff.set(Duration.ofSeconds(30));
    assertThat(delayMillis(planner.again(request(1, Duration.ofHours(1)), outcome, least)))
        .isEqualTo(30_000);
    assertThat(result(planner.again(request(5, Duration.ofHours(1)), outcome, least)).errorCode())
        .contains(ErrorCode.INFERENCE_ERROR);
    backoff.set(Duration.ZERO);
    assertThat(
            result(planner.again(request(1, Duration.ofSeconds(10)), outcome, least)).errorCode())
        .contains(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void retry_after_is_kept_in_place_of_the_strategys_delay() {
    List<RetryContext> asked = new ArrayList<>();
    BackoffStrategy strategy =
        context -> {
          asked.add(context);
          return Duration.ofHours(2);
        };

    Outcome next =
        planner(strategy, Integer.MAX_VALUE)
            .after(request(1, Duration.ofHours(1)), failure(Kind.SHED, 429, Duration.ofSeconds(7)));

    assertThat(delayMillis(next)).isEqualTo(7_000);
    assertThat(asked).isEmpty();
  }

  @Property(tries = 300)
  void retry_after_is_only_ever_stretched_and_by_half_or_a_second_at_the_most(
      @ForAll @IntRange(max = 3_000) int seconds,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double chance) {
    random = chance;

    long delay =
        delayMillis(
            planner(context -> Duration.ZERO, Integer.MAX_VALUE)
                .after(
                    request(1, Duration.ofDays(1)),
                    failure(Kind.SHED, 429, Duration.ofSeconds(seconds))));

    assertThat(delay)
        .isBetween(seconds * 1_000L, seconds * 1_000L + Math.max(1_000, seconds * 500L));
  }

  @Test
  void a_shed_crowd_is_spread() {
    List<Long> delays = new ArrayList<>();
    for (double chance = 0; chance < 1; chance += 0.25) {
      random = chance;
      delays.add(
          delayMillis(
              planner(context -> Duration.ZERO, 9)
                  .after(
                      request(1, Duration.ofHours(1)),
                      failure(Kind.SHED, 429, Duration.ofSeconds(100)))));
    }

    assertThat(delays).containsExactly(100_000L, 112_500L, 125_000L, 137_500L);
  }

  @Test
  void an_attempt_that_could_only_begin_at_the_deadline_is_not_made() {
    RetryPlanner planner = planner(context -> Duration.ofSeconds(60), Integer.MAX_VALUE);

    ResultMessage result =
        result(planner.after(request(2, Duration.ofSeconds(60)), failure(Kind.SHED, 429, null)));

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.error())
        .contains(
            "deadline exceeded: no further attempt could begin before it; attempt 2 failed:"
                + " the gateway answered 429");
    assertThat(result.attempts()).isEqualTo(2);
    assertThat(result.statusCode()).hasValue(429);
    assertThat(result.metadata()).containsEntry("team", "a");
    assertThat(planner.after(request(2, Duration.ofMillis(60_001)), failure(Kind.SHED, 429, null)))
        .isInstanceOf(Outcome.Retried.class);
  }

  @Test
  void a_delay_beyond_all_bounds_ends_at_the_deadline() {
    RetryPlanner planner = planner(context -> Duration.ofSeconds(Long.MAX_VALUE), 9);

    assertThat(
            result(planner.after(request(1, Duration.ofDays(9_999)), failure(Kind.SHED, 429, null)))
                .errorCode())
        .contains(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void the_last_of_max_attempts_carries_the_last_answer() {
    RetryPlanner planner = planner(context -> Duration.ZERO, 3);

    ResultMessage result =
        result(planner.after(request(3, Duration.ofHours(1)), failure(Kind.FAILED, 502, null)));

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.error())
        .contains("all 3 attempts failed; the last: the gateway answered 502");
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("{\"detail\":1}");
    assertThat(planner.after(request(2, Duration.ofHours(1)), failure(Kind.FAILED, 502, null)))
        .isInstanceOf(Outcome.Retried.class);
  }

  @Test
  void a_refusal_is_final() {
    ResultMessage result =
        result(
            planner(context -> Duration.ZERO, 3)
                .after(request(1, Duration.ofHours(1)), failure(Kind.REFUSED, 400, null)));

    assertThat(result.error()).contains("the gateway answered 400");
    assertThat(result.statusCode()).hasValue(400);
    assertThat(result.payload()).isPresent();
  }

  @Test
  void a_success_carries_status_body_attempts_and_metadata() {
    AttemptOutcome success =
        new AttemptOutcome(
            Kind.SUCCEEDED,
            new InferenceResponse(201, Map.of(), Bytes.utf8("[1, 2]")),
            null,
            Duration.ZERO,
            null);

    ResultMessage result =
        result(
            planner(context -> Duration.ZERO, 3).after(request(5, Duration.ofHours(1)), success));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("[1, 2]");
    assertThat(result.statusCode()).hasValue(201);
    assertThat(result.attempts()).isEqualTo(5);
    assertThat(result.metadata()).containsEntry("team", "a");
  }
}
