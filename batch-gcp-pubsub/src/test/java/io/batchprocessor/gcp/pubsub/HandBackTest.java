package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.LONG;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.REQUESTS;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.body;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.message;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.subscription;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.pubsub.v1.ReceivedMessage;
import io.batchprocessor.spi.Delivery;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests with ordering keys that go back to the broker, or don't get there. */
class HandBackTest {

  private FakeDeployment deployment;
  private FakePubSub pubSub;

  private void setUp(String... settings) {
    deployment = new FakeDeployment(settings);
    pubSub = deployment.pubSub;
    pubSub.subscriptions.put(
        REQUESTS, subscription(REQUESTS).setEnableMessageOrdering(true).build());
  }

  @AfterEach
  void close() {
    deployment.close();
  }

  @Test
  void a_hand_back_that_fails_holds_nobody_up_when_the_message_comes_again() throws Exception {
    setUp();
    assertThat(deployment.queue().receive(2, Duration.ZERO)).isEmpty();
    refuseToModify();
    pubSub.deliver(keyed("k1", "1"), keyed("k2", "2"));
    // The first is handed back, and then the one behind it; each but once.
    awaitModified("k1");
    awaitModified("k2");
    pubSub.modifying = request -> null;

    pubSub.deliver(keyed("k1-again", "1"), keyed("k2-again", "2"));
    Delivery first = take(deployment.queue(), 1).get(0);
    assertThat(Held.of(first).ackId()).isEqualTo("k1-again");
    assertThat(deployment.queue().acknowledge(List.of(first))).isEmpty();
    assertThat(Held.of(take(deployment.queue(), 1).get(0)).ackId()).isEqualTo("k2-again");
  }

  @Test
  void a_release_that_fails_is_repeated_and_holds_up_its_key_until_then() throws Exception {
    setUp();
    pubSub.deliver(keyed("k1", "1"), keyed("k2", "2"));
    List<Delivery> first = deployment.queue().receive(2, LONG);
    assertThat(first).hasSize(1);
    refuseToModify();
    assertThatThrownBy(() -> deployment.queue().release(first)).isInstanceOf(PubSubException.class);
    pubSub.modifying = request -> null;

    // It comes again behind the one that is still to be released.
    pubSub.deliver(keyed("k2-again", "2"));
    assertThat(deployment.queue().receive(1, Duration.ZERO)).isEmpty();
    deployment.queue().release(first);
    awaitModified("k2-again");
    pubSub.deliver(keyed("k1-again", "1"));
    assertThat(Held.of(take(deployment.queue(), 1).get(0)).ackId()).isEqualTo("k1-again");
  }

  @Test
  void one_in_line_that_is_lost_lets_nobody_pass_the_one_at_work() throws Exception {
    setUp("pubsub.lease=10s");
    pubSub.deliver(keyed("k1", "1"), keyed("k2", "2"), keyed("k3", "3"));
    List<Delivery> first = deployment.queue().receive(3, LONG);
    assertThat(first).hasSize(1);
    // The keeper of those in line finds out after a quarter of a lease.
    pubSub.modifying =
        request ->
            request.getAckIdsList().contains("k2")
                ? Status.INVALID_ARGUMENT.withDescription("Invalid ack id").asRuntimeException()
                : null;
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                pubSub.modifications.stream()
                    .filter(request -> request.getAckDeadlineSeconds() == 0)
                    .anyMatch(request -> request.getAckIdsList().equals(List.of("k3"))));
    assertThat(deployment.queue().extend(first)).isEmpty();
    pubSub.deliver(keyed("k2-again", "2"));
    assertThat(deployment.queue().receive(1, Duration.ZERO)).isEmpty();
    assertThat(deployment.queue().acknowledge(first)).isEmpty();
    assertThat(Held.of(take(deployment.queue(), 1).get(0)).ackId()).isEqualTo("k2-again");
  }

  private static ReceivedMessage keyed(String ackId, String messageId) {
    return message(ackId, body("{}").setMessageId(messageId).setOrderingKey("k"));
  }

  private void refuseToModify() {
    pubSub.modifying = request -> Status.UNAVAILABLE.asRuntimeException();
  }

  private void awaitModified(String ackId) {
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                pubSub.modifications.stream()
                    .anyMatch(request -> request.getAckIdsList().contains(ackId)));
  }
}
