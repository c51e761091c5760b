package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedBackoffTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, Integer.MAX_VALUE})
  void the_delay_is_the_same_after_each_attempt(int attempt) {
    FixedBackoff backoff = FixedBackoff.of(Duration.ofMillis(1_500));

    assertThat(backoff.delay(Failures.ofAttempt(attempt))).hasMillis(1_500);
  }

  @Test
  void may_be_nothing() {
    assertThat(FixedBackoff.of(Duration.ZERO).delay(Failures.ofAttempt(1))).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "FULL, LEAST, 0", "FULL, GREATEST, 1000",
    "EQUAL, LEAST, 500", "EQUAL, GREATEST, 1000",
    "NONE, LEAST, 1000", "NONE, GREATEST, 1000"
  })
  void leaves_to_chance_what_the_jitter_says(Jitter jitter, EndOfRange random, long millis) {
    FixedBackoff backoff = FixedBackoff.of(Duration.ofSeconds(1), jitter, () -> random);

    assertThat(backoff.delay(Failures.ofAttempt(1))).hasMillis(millis);
  }

  @Test
  void the_certain_part_of_equal_jitter_is_half_at_least_when_the_delay_is_odd() {
    FixedBackoff backoff =
        FixedBackoff.of(Duration.ofNanos(7), Jitter.EQUAL, () -> EndOfRange.LEAST);

    assertThat(backoff.delay(Failures.ofAttempt(1))).hasNanos(4);
  }

  @ParameterizedTest
  @CsvSource({"PT-0.001S, PT-0.001S", "PT-1S, -1s", "P365DT1S, 31536001s"})
  void refuses_a_delay_that_is_out_of_range(Duration delay, String shown) {
    assertThatThrownBy(() -> FixedBackoff.of(delay))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay must be from 0s to 365d, is " + shown);
  }
}
