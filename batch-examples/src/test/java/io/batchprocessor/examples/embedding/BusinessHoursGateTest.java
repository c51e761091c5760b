package io.batchprocessor.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.spi.InvalidSettingsException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusinessHoursGateTest {

  private static final LocalTime EIGHT = LocalTime.of(8, 0);
  private static final LocalTime EIGHTEEN = LocalTime.of(18, 0);

  @ParameterizedTest
  @CsvSource({
    "2026-11-23T06:59:59Z, 1", // Monday, 07:59:59 in Berlin
    "2026-11-23T07:00:00Z, 0",
    "2026-11-27T16:59:59Z, 0", // Friday
    "2026-11-27T17:00:00Z, 1",
    "2026-11-28T12:00:00Z, 1", // Saturday
    "2026-11-29T12:00:00Z, 1", // Sunday
    "2026-07-01T06:00:00Z, 0" // Wednesday, 08:00 in Berlin's summer
  })
  void is_closed_during_business_hours_of_its_zone(Instant now, double budget) {
    Clock clock = Clock.fixed(now, ZoneId.of("Europe/Berlin"));

    assertThat(new BusinessHoursGate(EIGHT, EIGHTEEN, clock).budget()).isEqualTo(budget);
  }

  @Test
  void hours_that_end_before_they_begin_are_refused() {
    assertThatThrownBy(() -> new BusinessHoursGate(EIGHTEEN, EIGHT, Clock.systemUTC()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("begin must be before end (08:00), is 18:00");
  }

  @Test
  void a_time_or_a_zone_that_does_not_exist_is_refused_with_what_would_be_right() {
    assertThatThrownBy(
            () ->
                BatchProcessor.builder()
                    .setting("endpoint", "http://localhost:8000/")
                    .setting("gate", "business-hours")
                    .setting("gate.business-hours.begin", "8 am")
                    .setting("gate.business-hours.zone", "Berlin")
                    .build())
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate.business-hours.begin=8 am: must be as 08:00")
        .hasMessageContaining("gate.business-hours.zone=Berlin: must be as Europe/Berlin");
  }

  @Test
  void settings_that_do_not_go_together_are_refused_before_the_start() {
    assertThatThrownBy(
            () ->
                BatchProcessor.builder()
                    .setting("endpoint", "http://localhost:8000/")
                    .setting("gate", "business-hours")
                    .setting("gate.business-hours.begin", "19:00")
                    .build())
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate.business-hours.begin must be before gate.business-hours.end");
  }
}
