package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.BackoffStrategy;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExponentialBackoffTest {

  private static final long MAX_MILLIS = Duration.ofDays(365).toMillis();

  @Test
  void without_jitter_doubles_up_to_the_cap() {
    BackoffStrategy backoff = ExponentialBackoff.builder().jitter(Jitter.NONE).build();

    assertThat(IntStream.rangeClosed(1, 8).mapToObj(attempt -> delay(backoff, attempt)))
        .extracting(Duration::toMillis)
        .containsExactly(2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 60_000L, 60_000L, 60_000L);
  }

  @Test
  void full_jitter_reaches_from_nothing_to_the_whole_delay() {
    ExponentialBackoff.Builder full = ExponentialBackoff.builder().jitter(Jitter.FULL);

    assertThat(delay(full.random(() -> EndOfRange.LEAST).build(), 3)).isZero();
    assertThat(delay(full.random(() -> EndOfRange.GREATEST).build(), 3)).hasSeconds(8);
  }

  @Test
  void equal_jitter_reaches_from_half_to_the_whole_delay() {
    ExponentialBackoff.Builder equal = ExponentialBackoff.builder().jitter(Jitter.EQUAL);

    assertThat(delay(equal.random(() -> EndOfRange.LEAST).build(), 3)).hasSeconds(4);
    assertThat(delay(equal.random(() -> EndOfRange.GREATEST).build(), 3)).hasSeconds(8);
  }

  @ParameterizedTest
  @CsvSource({"FULL, 4.0", "EQUAL, 6.0"})
  void jitter_is_uniform(Jitter jitter, double meanSeconds) {
    RandomGenerator random = new SplittableRandom(11);
    BackoffStrategy backoff =
        ExponentialBackoff.builder().jitter(jitter).random(() -> random).build();

    double mean =
        IntStream.range(0, 20_000)
            .mapToLong(i -> delay(backoff, 3).toNanos())
            .average()
            .orElseThrow();

    assertThat(mean / 1e9).isBetween(meanSeconds * 0.98, meanSeconds * 1.02);
  }

  @Test
  void full_jitter_between_2_and_60_seconds_is_the_default() {
    assertThat(ExponentialBackoff.builder().build())
        .hasToString("ExponentialBackoff(base=2s, cap=60s, jitter=FULL)");
  }

  @Property
  void stays_between_nothing_and_the_cap_and_at_least_half_with_equal_jitter(
      @ForAll @LongRange(min = 1, max = 100_000) long baseMillis,
      @ForAll @LongRange(min = 0, max = 10_000_000) long capAboveBaseMillis,
      @ForAll @IntRange(min = 1) int attempt,
      @ForAll long seed) {
    Duration base = Duration.ofMillis(baseMillis);
    Duration cap = base.plusMillis(capAboveBaseMillis);
    RandomGenerator random = new SplittableRandom(seed);
    ExponentialBackoff.Builder builder =
        ExponentialBackoff.builder().base(base).cap(cap).random(() -> random);
    Duration whole = delay(builder.jitter(Jitter.NONE).build(), attempt);
    Duration full = delay(builder.jitter(Jitter.FULL).build(), attempt);
    Duration equal = delay(builder.jitter(Jitter.EQUAL).build(), attempt);

    assertThat(whole).isBetween(base, cap);
    assertThat(full).isBetween(Duration.ZERO, whole);
    assertThat(equal).isBetween(whole.dividedBy(2), whole);
  }

  @Property
  void the_delay_before_jitter_never_falls_and_doubles_below_the_cap(
      @ForAll @LongRange(min = 1, max = 1_000_000) long baseMillis,
      @ForAll @LongRange(min = 0) long capAboveBaseMillis,
      @ForAll @IntRange(min = 1, max = 200) int attempt) {
    long capMillis = baseMillis + capAboveBaseMillis % (MAX_MILLIS - baseMillis + 1);
    BackoffStrategy backoff = withoutJitter(baseMillis, capMillis);
    long delay = delay(backoff, attempt).toMillis();
    long next = delay(backoff, attempt + 1).toMillis();

    assertThat(next).isEqualTo(Math.min(2 * delay, capMillis));
  }

  @Test
  void doubles_as_long_as_the_double_is_not_above_the_cap() {
    BackoffStrategy backoff =
        ExponentialBackoff.builder()
            .base(Duration.ofMillis(1))
            .cap(Duration.ofMillis(4).plusNanos(1))
            .jitter(Jitter.NONE)
            .build();

    assertThat(delay(backoff, 3)).isEqualTo(Duration.ofMillis(4));
    assertThat(delay(backoff, 4)).isEqualTo(Duration.ofMillis(4).plusNanos(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 62, 63, 64, 65, 1_000, Integer.MAX_VALUE})
  void saturates_at_the_cap_for_huge_attempts(int attempt) {
    assertThat(delay(withoutJitter(1, MAX_MILLIS), attempt)).hasMillis(MAX_MILLIS);
    assertThat(delay(withoutJitter(MAX_MILLIS, MAX_MILLIS), attempt)).hasMillis(MAX_MILLIS);
  }

  @ParameterizedTest
  @EnumSource
  void the_longest_cap_leaves_room_for_every_jitter(Jitter jitter) {
    BackoffStrategy backoff =
        ExponentialBackoff.builder()
            .cap(Duration.ofDays(365))
            .jitter(jitter)
            .random(() -> EndOfRange.GREATEST)
            .build();

    assertThat(delay(backoff, Integer.MAX_VALUE)).hasDays(365);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void refuses_attempts_below_one(int attempt) {
    BackoffStrategy backoff = ExponentialBackoff.builder().build();

    assertThatThrownBy(() -> delay(backoff, attempt))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attempt must be at least 1, is " + attempt);
  }

  @Test
  void the_builder_reports_every_fault_at_once() {
    Supplier<ExponentialBackoff> build =
        () -> ExponentialBackoff.builder().base(Duration.ofDays(400)).cap(Duration.ZERO).build();

    assertThatThrownBy(build::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "base must be from 1ms to 365d, is 400d; cap must be from 1ms to 365d, is 0s;"
                + " base must be at most cap (0s), is 400d");
  }

  @Test
  void the_builder_accepts_a_cap_that_equals_the_base() {
    assertThat(delay(withoutJitter(500, 500), 9)).hasMillis(500);
  }

  private static BackoffStrategy withoutJitter(long baseMillis, long capMillis) {
    return ExponentialBackoff.builder()
        .base(Duration.ofMillis(baseMillis))
        .cap(Duration.ofMillis(capMillis))
        .jitter(Jitter.NONE)
        .build();
  }

  private static Duration delay(BackoffStrategy backoff, int attempt) {
    return backoff.delay(Failures.ofAttempt(attempt));
  }
}
