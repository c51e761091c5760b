package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import org.jspecify.annotations.Nullable;

/**
 * Makes what is missing, for {@code pubsub.create=true}. A topic comes with a subscription of the
 * same id, so that nothing published to it is lost, and a request subscription with a topic of its
 * own id.
 */
final class Creation {

  /** The most that Pub/Sub takes: the engine gives a request up long before. */
  static final int MOST_DELIVERIES = 100;

  private static final int SHORTEST_ACK_DEADLINE = 10;

  private final Connection connection;
  private final PubSubConfig config;

  Creation(Connection connection, PubSubConfig config) {
    this.connection = connection;
    this.config = config;
  }

  void topic(String name) {
    topicOnly(name);
    String subscription = name.replace("/topics/", "/subscriptions/");
    var unused = subscribe(subscription, name);
  }

  /**
   * Makes a subscription.
   *
   * @param topic what it is to; null: a topic of the same id, made if it is missing
   */
  Subscription subscription(String name, @Nullable String topic) {
    String to = topic == null ? name.replace("/subscriptions/", "/topics/") : topic;
    topicOnly(to);
    return subscribe(name, to);
  }

  private void topicOnly(String name) {
    try {
      var unused =
          connection
              .publisher()
              .createTopicCallable()
              .call(Topic.newBuilder().setName(name).build());
    } catch (AlreadyExistsException e) {
      // As wanted.
      return;
    }
  }

  private Subscription subscribe(String name, String topic) {
    Subscription.Builder subscription =
        Subscription.newBuilder()
            .setName(name)
            .setTopic(topic)
            .setAckDeadlineSeconds(
                (int) Math.max(SHORTEST_ACK_DEADLINE, config.lease().toSeconds()))
            .setEnableExactlyOnceDelivery(true);
    if (!topic.equals(config.deadLetterTopic())) {
      subscription.setDeadLetterPolicy(
          DeadLetterPolicy.newBuilder()
              .setDeadLetterTopic(config.deadLetterTopic())
              .setMaxDeliveryAttempts(MOST_DELIVERIES));
    }
    try {
      return connection.subscriber().createSubscriptionCallable().call(subscription.build());
    } catch (AlreadyExistsException e) {
      return connection
          .subscriber()
          .getSubscriptionCallable()
          .call(GetSubscriptionRequest.newBuilder().setSubscription(name).build());
    } catch (NotFoundException e) {
      throw new PubSubException("%s can't be made: %s".formatted(name, PubSubClient.reason(e)), e);
    }
  }
}
