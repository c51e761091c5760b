package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("1994-11-06T08:49:07Z");

  @ParameterizedTest
  @CsvSource({"0,0", "120,120", "' 7 ',7", "999999999,999999999"})
  void seconds(String value, long seconds) {
    assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999", "99999999999999999999999999999999"})
  void more_seconds_than_anybody_waits_are_a_long_time(String value) {
    assertThat(RetryAfter.parse(value, NOW).orElseThrow()).isGreaterThan(Duration.ofDays(10_000));
  }

  @Test
  void a_date_is_a_delay_from_now() {
    assertThat(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", NOW))
        .contains(Duration.ofSeconds(30));
  }

  @Test
  void a_date_that_is_past_is_no_delay() {
    assertThat(RetryAfter.parse("Sun, 06 Nov 1994 08:00:00 GMT", NOW)).contains(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "-1", "1.5", "soon", "１２", "Sun, 99 Nov 1994 08:49:37 GMT", "1 2"})
  void what_can_not_be_understood_is_left_out(String value) {
    assertThat(RetryAfter.parse(value, NOW)).isEmpty();
  }
}
