package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A transport on a {@link FakePubSub} of its own, with a minute of lease. */
final class FakeDeployment implements AutoCloseable {

  static final String REQUESTS = "projects/p/subscriptions/requests";
  static final String RETRIES = "projects/p/subscriptions/retries";
  static final String RESULT_TOPIC = "projects/p/topics/results";
  static final String DEAD_TOPIC = "projects/p/topics/dead";
  static final String RETRY_TOPIC = "projects/p/topics/retries";
  static final Duration LONG = Duration.ofSeconds(30);

  final FakePubSub pubSub = new FakePubSub();
  private final Map<String, String> settings = new HashMap<>();
  private @Nullable PubSubTransport opened;

  /** A deployment; settings are given as {@code key=value}. */
  FakeDeployment(String... more) {
    pubSub.topics.addAll(List.of(RESULT_TOPIC, DEAD_TOPIC));
    pubSub.subscriptions.put(REQUESTS, subscription(REQUESTS).build());
    settings.put("pubsub.endpoint", pubSub.endpoint());
    settings.put("pubsub.project-id", "p");
    settings.put("pubsub.request-subscriber-id", "requests");
    settings.put("pubsub.result-topic-id", "results");
    settings.put("pubsub.dead-letter-topic-id", "dead");
    for (String setting : more) {
      int equals = setting.indexOf('=');
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
  }

  FakeDeployment withRetryTopic() {
    pubSub.topics.add(RETRY_TOPIC);
    pubSub.subscriptions.put(RETRIES, subscription(RETRIES).build());
    settings.put("pubsub.retry-topic-id", "retries");
    return this;
  }

  /** What a subscription looks like: its topic has its id, its ack deadline is a minute. */
  static Subscription.Builder subscription(String name) {
    return Subscription.newBuilder()
        .setName(name)
        .setTopic(name.replace("/subscriptions/", "/topics/"))
        .setAckDeadlineSeconds(60);
  }

  static ReceivedMessage message(String ackId, PubsubMessage.Builder message) {
    if (message.getMessageId().isEmpty()) {
      message.setMessageId("id-of-" + ackId);
    }
    if (!message.hasPublishTime()) {
      message.setPublishTime(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond()));
    }
    return ReceivedMessage.newBuilder().setAckId(ackId).setMessage(message).build();
  }

  static PubsubMessage.Builder body(String text) {
    return PubsubMessage.newBuilder().setData(ByteString.copyFromUtf8(text));
  }

  /** Opened when it is first asked for. */
  PubSubTransport transport() {
    if (opened == null) {
      GcpPubSubProvider provider = new GcpPubSubProvider();
      opened = (PubSubTransport) provider.open(Settings.of(provider.settings(), settings));
    }
    return Objects.requireNonNull(opened);
  }

  RequestQueue queue() {
    return transport().requestQueues().get(0);
  }

  /** Takes so many, in as many calls as it takes. */
  static List<Delivery> take(RequestQueue queue, int count) throws InterruptedException {
    List<Delivery> taken = new ArrayList<>();
    long end = System.nanoTime() + LONG.toNanos();
    while (taken.size() < count && System.nanoTime() < end) {
      taken.addAll(queue.receive(count - taken.size(), LONG));
    }
    assertThat(taken).hasSize(count);
    return taken;
  }

  /** Delivers requests and takes them. */
  List<Delivery> take(String... ackIds) throws InterruptedException {
    pubSub.deliver("{}", ackIds);
    return take(queue(), ackIds.length);
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.close();
    }
    pubSub.close();
  }
}
