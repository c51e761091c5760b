package io.batchprocessor.examples.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.examples.gateway.Failure;
import io.batchprocessor.examples.gateway.SimulatedGateway;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LiveTrafficTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long MILLI = 1_000_000L;

  @Test
  void every_request_is_sent_not_before_its_time_and_answered() throws Exception {
    try (SimulatedGateway gateway = SimulatedGateway.builder().start();
        LiveTraffic traffic = new LiveTraffic("live", gateway.uri(), requests(20))) {
      traffic.start(System.nanoTime());

      assertThat(traffic.await(PATIENCE)).isTrue();
      assertThat(traffic.answers())
          .hasSize(20)
          .allSatisfy(
              answer -> {
                assertThat(answer.lateNanos()).isNotNegative();
                assertThat(answer.ttftNanos()).isPositive().isLessThan(answer.insideNanos());
                assertThat(answer.tookNanos()).isPositive();
              });
      assertThat(traffic.inFlight()).isZero();
      assertThat(traffic.failed()).isZero();
      assertThat(gateway.snapshot().promptTokens()).isEqualTo(20 * 7);
      assertThat(gateway.snapshot().generatedTokens()).isEqualTo(20 * 3);
    }
  }

  @Test
  void a_slow_gateway_makes_nobody_send_less() throws Exception {
    List<LiveRequest> endless =
        IntStream.range(0, 10).mapToObj(i -> new LiveRequest(i * MILLI, 1, 30_000)).toList();
    try (SimulatedGateway gateway = SimulatedGateway.builder().start();
        LiveTraffic traffic = new LiveTraffic("live", gateway.uri(), endless)) {
      traffic.start(System.nanoTime());

      await().atMost(PATIENCE).until(() -> gateway.snapshot().running() == 10);
      assertThat(traffic.inFlight()).isEqualTo(10);
      assertThat(traffic.await(Duration.ZERO)).isFalse();
    }
  }

  @Test
  void what_fails_is_sent_three_times_at_most() throws Exception {
    try (SimulatedGateway gateway =
            SimulatedGateway.builder().failureRate(Failure.ERROR, 1).start();
        LiveTraffic traffic = new LiveTraffic("live", gateway.uri(), requests(4))) {
      traffic.start(System.nanoTime());

      assertThat(traffic.await(PATIENCE)).isTrue();
      assertThat(traffic.failed()).isEqualTo(4);
      assertThat(traffic.answers()).isEmpty();
      assertThat(gateway.snapshot().received()).isEqualTo(12);
    }
  }

  private static List<LiveRequest> requests(int count) {
    return IntStream.range(0, count).mapToObj(i -> new LiveRequest(i * MILLI, 7, 3)).toList();
  }
}
