package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.LONG;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.body;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.message;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.pubsub.v1.AcknowledgeRequest;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The broker is away between a result and its acknowledgement, for longer than the lease. */
class DoneBeforeTest {

  private final FakeDeployment deployment = new FakeDeployment("pubsub.lease=1s");
  private final FakePubSub pubSub = deployment.pubSub;

  @AfterEach
  void close() {
    deployment.close();
  }

  @Test
  void a_request_whose_result_is_stored_is_acknowledged_when_it_comes_again() throws Exception {
    List<Delivery> done = deployment.take("first");
    deployment
        .transport()
        .resultQueue()
        .publish(
            List.of(
                new Result(
                    done.get(0),
                    ResultMessage.builder("id")
                        .answer(200, Bytes.utf8("{}"))
                        .attempts(1)
                        .build())));
    loseTheLease(done);

    comesAgainAndIsNotHandedOut();
    assertThat(pubSub.publications).hasSize(1);
  }

  @Test
  void a_request_whose_retry_is_stored_is_acknowledged_when_it_comes_again() throws Exception {
    deployment.withRetryTopic();
    List<Delivery> done = deployment.take("first");
    List<Retry> retries = List.of(new Retry(done.get(0), Duration.ofMinutes(1), 2));
    pubSub.acknowledging = request -> Status.UNAVAILABLE.asRuntimeException();
    assertThatThrownBy(() -> deployment.transport().retryQueue().schedule(retries))
        .isInstanceOf(PubSubException.class);
    loseTheLease(done);

    comesAgainAndIsNotHandedOut();
    assertThat(pubSub.publications).hasSize(1);
  }

  private void loseTheLease(List<Delivery> done) {
    pubSub.acknowledging = request -> Status.UNAVAILABLE.asRuntimeException();
    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(PubSubException.class)
        .until(() -> deployment.queue().acknowledge(done), done::equals);
  }

  private void comesAgainAndIsNotHandedOut() throws InterruptedException {
    // Nor if it can't be acknowledged yet.
    for (String ackId : List.of("second", "third")) {
      pubSub.deliver(
          message(ackId, body("{}").setMessageId("id-of-first")), message("by " + ackId, body("")));
      assertThat(Held.of(take(deployment.queue(), 1).get(0)).ackId()).isEqualTo("by " + ackId);
      awaitAcknowledged(ackId);
      pubSub.acknowledging = request -> null;
    }
    // After that it is a request like any other.
    Awaitility.await()
        .atMost(LONG)
        .until(
            () -> {
              pubSub.deliver(message("later", body("{}").setMessageId("id-of-first")));
              return !deployment.queue().receive(1, Duration.ZERO).isEmpty();
            });
  }

  private void awaitAcknowledged(String ackId) {
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                pubSub.acknowledgements.stream()
                    .map(AcknowledgeRequest::getAckIdsList)
                    .anyMatch(List.of(ackId)::equals));
  }
}
