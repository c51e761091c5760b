package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.LONG;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.REQUESTS;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.Settings;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Failures that must neither pass for something else nor end what goes on. */
class ConnectionTest {

  @Test
  void what_is_done_regularly_is_done_again_after_it_failed() throws Exception {
    PubSubConfig config =
        PubSubConfig.of(
            Settings.of(
                PubSubSettings.ALL,
                Map.of(
                    "pubsub.endpoint", "http://localhost:1",
                    "pubsub.project-id", "p",
                    "pubsub.request-subscriber-id", "requests",
                    "pubsub.result-topic-id", "results",
                    "pubsub.dead-letter-topic-id", "dead")),
            Map.of());
    CountDownLatch times = new CountDownLatch(3);
    try (Connection connection = new Connection(config)) {
      connection.every(
          Duration.ofMillis(10),
          () -> {
            times.countDown();
            throw new AssertionError("meant to be");
          });
      assertThat(times.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void a_first_lease_that_takes_too_long_is_no_empty_pull() {
    try (FakeDeployment deployment = new FakeDeployment()) {
      deployment.pubSub.subscriptions.put(
          REQUESTS, subscription(REQUESTS).setEnableExactlyOnceDelivery(true).build());
      deployment.pubSub.modifying = request -> Status.DEADLINE_EXCEEDED.asRuntimeException();
      deployment.pubSub.deliver("{}", "a");
      assertThatThrownBy(() -> deployment.queue().receive(1, LONG))
          .isInstanceOf(PubSubException.class)
          .hasMessageContaining("extend leases of " + REQUESTS);
    }
  }
}
