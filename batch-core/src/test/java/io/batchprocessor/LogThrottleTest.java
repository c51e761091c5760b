package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

  @Test
  void one_line_in_ten_seconds_goes_through_and_the_rest_is_counted() {
    ManualTicker ticker = new ManualTicker();
    LogThrottle throttle = new LogThrottle(ticker);

    assertThat(throttle.permits()).isTrue();
    assertThat(throttle.suppressed()).isZero();
    assertThat(throttle.permits()).isFalse();
    ticker.pass(Duration.ofSeconds(9));
    assertThat(throttle.permits()).isFalse();
    ticker.pass(Duration.ofSeconds(1));

    assertThat(throttle.permits()).isTrue();
    assertThat(throttle.suppressed()).isEqualTo(2);
    assertThat(throttle.suppressed()).isZero();
  }
}
