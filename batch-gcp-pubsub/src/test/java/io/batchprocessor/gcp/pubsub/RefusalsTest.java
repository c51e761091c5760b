package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.DEAD_TOPIC;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.LONG;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.RETRY_TOPIC;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.body;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.message;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.take;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Retry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a topic refuses for good holds nobody up. */
class RefusalsTest {

  private final FakeDeployment deployment = new FakeDeployment();
  private final FakePubSub pubSub = deployment.pubSub;
  private final Logger logger = (Logger) LoggerFactory.getLogger(PubSubDeadLetterQueue.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void close() {
    logger.detachAppender(log);
    deployment.close();
  }

  @Test
  void a_dead_letter_as_long_as_a_message_may_be_leaves_out_what_does_not_fit() throws Exception {
    pubSub.publishing = request -> refusedIf(request.getSerializedSize() > 10_000_000);
    // With our own attributes it fits, with its own it does not.
    pubSub.deliver(
        message("long", body("x".repeat(9_998_600)).putAttributes("own", "y".repeat(1_000))),
        message("longer", body("x".repeat(9_999_900))),
        message("longest", body("x".repeat(9_999_990))));

    bury(3);

    assertThat(pubSub.acknowledgements)
        .flatExtracting(AcknowledgeRequest::getAckIdsList)
        .containsExactlyInAnyOrder("long", "longer", "longest");
    PubsubMessage first = buried("id-of-long");
    assertThat(first.getData().size()).isEqualTo(9_998_600);
    assertThat(first.getAttributesMap()).doesNotContainKey("own").containsKey("queue");
    assertThat(first.getAttributesOrThrow("reason")).startsWith("no JSON");
    assertThat(pubSub.publications)
        .flatExtracting(PublishRequest::getMessagesList)
        .anyMatch(one -> one.getData().size() == 9_999_900 && one.getAttributesCount() == 0);
    PubsubMessage last = buried("id-of-longest");
    assertThat(last.getData().size()).isZero();
    assertThat(last.getAttributesMap()).containsEntry("request-bytes", "9999990");
    assertThat(log.list).singleElement().matches(event -> event.getLevel() == Level.ERROR);
    assertThat(log.list.get(0).getFormattedMessage()).contains("id-of-longest", "9999990");
  }

  @Test
  void a_dead_letter_that_is_refused_is_told_with_less_and_the_others_are_whole() throws Exception {
    pubSub.publishing =
        request ->
            refusedIf(
                request.getMessagesList().stream()
                    .anyMatch(
                        one ->
                            one.getData().toStringUtf8().equals("odd")
                                && one.containsAttributes("own")));
    pubSub.deliver(
        message("odd", body("odd").putAttributes("own", "1")),
        message("even", body("even").putAttributes("own", "2")));

    bury(2);

    assertThat(buried("id-of-odd").getAttributesMap()).doesNotContainKey("own");
    assertThat(buried("id-of-even").getAttributesMap()).containsEntry("own", "2");
    assertThat(log.list).isEmpty();
  }

  @Test
  void a_dead_letter_topic_with_a_schema_is_refused_at_start() {
    pubSub.withSchema.add(DEAD_TOPIC);
    assertThatThrownBy(deployment::transport)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("topic %s (pubsub.dead-letter-topic-id) has a schema", DEAD_TOPIC);
  }

  @Test
  void a_retry_that_its_topic_refuses_waits_here_and_the_others_there() throws Exception {
    deployment.withRetryTopic();
    pubSub.publishing =
        request ->
            refusedIf(
                request.getTopic().equals(RETRY_TOPIC)
                    && request.getMessagesList().stream()
                        .anyMatch(one -> one.getData().toStringUtf8().equals("odd")));
    pubSub.deliver(message("odd", body("odd")), message("even", body("even")));
    List<Delivery> taken = take(deployment.queue(), 2);

    assertThat(
            deployment
                .transport()
                .retryQueue()
                .schedule(taken.stream().map(one -> new Retry(one, Duration.ZERO, 2)).toList()))
        .isEmpty();

    assertThat(pubSub.acknowledgements)
        .flatExtracting(AcknowledgeRequest::getAckIdsList)
        .containsExactly("even");
    List<Delivery> again = deployment.transport().retryQueue().receive(2, LONG);
    assertThat(again).extracting(one -> one.body().toUtf8()).containsExactly("odd");
    assertThat(again).extracting(Delivery::attempt).containsExactly(2);
  }

  private void bury(int count) throws InterruptedException {
    List<DeadLetter> letters =
        take(deployment.queue(), count).stream()
            .map(one -> new DeadLetter(one, "no JSON: " + "z".repeat(1_000)))
            .toList();
    assertThat(deployment.transport().deadLetterQueue().orElseThrow().deadLetter(letters))
        .isEmpty();
  }

  private PubsubMessage buried(String messageId) {
    return pubSub.publications.stream()
        .map(PublishRequest::getMessagesList)
        .flatMap(List::stream)
        .filter(one -> one.getAttributesOrDefault("request-message-id", "").equals(messageId))
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable StatusRuntimeException refusedIf(boolean refused) {
    return refused
        ? Status.INVALID_ARGUMENT.withDescription("not like this").asRuntimeException()
        : null;
  }
}
