package io.batchprocessor.gcp.pubsub;

import static io.batchprocessor.gcp.pubsub.FakeDeployment.DEAD_TOPIC;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.REQUESTS;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.RESULT_TOPIC;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.RETRIES;
import static io.batchprocessor.gcp.pubsub.FakeDeployment.subscription;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.spi.InvalidSettingsException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Resources that are there and can't be used, or not well. */
class OpeningTest {

  private final FakeDeployment deployment = new FakeDeployment();
  private final FakePubSub pubSub = deployment.pubSub;

  @AfterEach
  void close() {
    deployment.close();
  }

  @Test
  void a_dead_letter_policy_that_gives_up_soon_is_warned_of() {
    deployment.withRetryTopic();
    // The first says 5, the second nothing, which is 5.
    pubSub.subscriptions.put(REQUESTS, counted(REQUESTS, 5));
    pubSub.subscriptions.put(RETRIES, counted(RETRIES, 0));
    assertThat(warnings())
        .filteredOn(text -> text.contains("after 5 deliveries"))
        .hasSize(2)
        .anyMatch(text -> text.contains("update requests --max-delivery-attempts=100"))
        .anyMatch(text -> text.contains("update retries --max-delivery-attempts=100"));
  }

  @Test
  void a_dead_letter_policy_with_as_many_attempts_as_there_can_be_is_well() {
    pubSub.subscriptions.put(REQUESTS, counted(REQUESTS, 100));
    assertThat(warnings()).noneMatch(text -> text.contains("deliveries"));
  }

  @Test
  void a_subscription_that_pushes_and_one_without_a_topic_are_refused() {
    deployment.withRetryTopic();
    pubSub.subscriptions.put(
        REQUESTS,
        subscription(REQUESTS)
            .setPushConfig(PushConfig.newBuilder().setPushEndpoint("https://example.com"))
            .build());
    pubSub.subscriptions.put(RETRIES, subscription(RETRIES).setTopic("_deleted-topic_").build());
    assertThatThrownBy(deployment::transport)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(
            "messages of subscription %s (pubsub.request-subscriber-id) are pushed", REQUESTS)
        .hasMessageContaining(
            "the topic of subscription %s (pubsub.retry-subscriber-id) was deleted", RETRIES)
        .hasMessageNotContaining("is one to");
  }

  @Test
  void who_may_not_even_ask_for_permissions_has_none() {
    pubSub.hidden.addAll(List.of(REQUESTS, RESULT_TOPIC));
    pubSub.invisible.addAll(List.of(REQUESTS, RESULT_TOPIC));
    assertThatThrownBy(deployment::transport)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("no permission to pull from subscription %s", REQUESTS)
        .hasMessageContaining("no permission to publish to topic %s", RESULT_TOPIC)
        .hasMessageContaining("the API is disabled")
        .hasMessageNotContaining(DEAD_TOPIC);
  }

  private List<String> warnings() {
    Logger logger = (Logger) LoggerFactory.getLogger(Opening.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    // Other tests, which run at the same time, log here too.
    log.list = new CopyOnWriteArrayList<>();
    log.start();
    logger.addAppender(log);
    try {
      var unused = deployment.transport();
    } finally {
      logger.detachAppender(log);
    }
    return log.list.stream()
        .filter(event -> event.getThreadName().equals(Thread.currentThread().getName()))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static Subscription counted(String name, int attempts) {
    return subscription(name)
        .setDeadLetterPolicy(
            DeadLetterPolicy.newBuilder()
                .setDeadLetterTopic(DEAD_TOPIC)
                .setMaxDeliveryAttempts(attempts))
        .build();
  }
}
