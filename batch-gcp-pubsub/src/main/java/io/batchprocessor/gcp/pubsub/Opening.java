package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.batchprocessor.gcp.pubsub.PubSubConfig.RequestSource;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is found out before a transport is used, so that it fails at once and says why. */
final class Opening {

  private static final Logger log = LoggerFactory.getLogger(Opening.class);

  private static final String CONSUME = "pubsub.subscriptions.consume";
  private static final String PUBLISH = "pubsub.topics.publish";

  /** What Pub/Sub names the topic of a subscription whose topic was deleted. */
  private static final String DELETED_TOPIC = "_deleted-topic_";

  /** Of a dead-letter policy that says nothing. */
  private static final int DEFAULT_DELIVERIES = 5;

  private final Connection connection;
  private final PubSubConfig config;
  private final @Nullable Creation creation;
  private final List<String> problems = new ArrayList<>();

  private Opening(Connection connection, PubSubConfig config) {
    this.connection = connection;
    this.config = config;
    this.creation = config.create() ? new Creation(connection, config) : null;
  }

  /** Connects, and checks what can be checked. */
  static PubSubTransport open(PubSubConfig config) {
    Connection connection = new Connection(config);
    try {
      return new Opening(connection, config).open();
    } catch (ApiException e) {
      connection.close();
      throw explained(config, e);
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private PubSubTransport open() {
    // First: what is made after it refers to it.
    topic(config.deadLetterTopic(), PubSubSettings.DEAD_LETTER_TOPIC);
    topic(config.resultTopic(), PubSubSettings.RESULT_TOPIC);
    if (config.retryTopic() != null) {
      topic(config.retryTopic(), PubSubSettings.RETRY_TOPIC);
    }
    List<Source> requests = new ArrayList<>();
    for (RequestSource request : config.requests()) {
      requests.add(source(request.queue(), request.subscription(), PubSubSettings.REQUESTS, null));
    }
    @Nullable Source retries =
        source(config.retrySubscription(), PubSubSettings.RETRY_SUBSCRIPTION, config.retryTopic());
    @Nullable Source results =
        source(
            config.resultSubscription(), PubSubSettings.RESULT_SUBSCRIPTION, config.resultTopic());
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
    warnOfNobodyListening(config.resultTopic());
    warnOfNobodyListening(config.deadLetterTopic());
    return new PubSubTransport(connection, config, requests, retries, results);
  }

  private void topic(String name, Setting<?> setting) {
    try {
      Topic found =
          connection
              .publisher()
              .getTopicCallable()
              .call(GetTopicRequest.newBuilder().setTopic(name).build());
      if (found.hasSchemaSettings() && name.equals(config.deadLetterTopic())) {
        problems.add(
            "topic %s (%s) has a schema: dead letters keep to none, and would be refused"
                .formatted(name, setting.key()));
      }
    } catch (ApiException e) {
      if (e.getStatusCode().getCode() == Code.NOT_FOUND && creation != null) {
        creation.topic(name);
      } else if (e.getStatusCode().getCode() == Code.NOT_FOUND) {
        problems.add(
            ("topic %s (%s) does not exist: make it with 'gcloud pubsub topics create %s', or set"
                    + " pubsub.create=true to try things out")
                .formatted(name, setting.key(), PubSubConfig.id(name)));
        return;
      } else if (e.getStatusCode().getCode() != Code.PERMISSION_DENIED) {
        throw e;
      }
    }
    checkPermission(
        "publish to topic %s (%s): it takes roles/pubsub.publisher".formatted(name, setting.key()),
        () ->
            connection
                .publisher()
                .testIamPermissionsCallable()
                .call(permission(name, PUBLISH))
                .getPermissionsList());
  }

  private @Nullable Source source(
      @Nullable String name, Setting<?> setting, @Nullable String topic) {
    return name == null ? null : source(PubSubConfig.id(name), name, setting, topic);
  }

  private Source source(String queue, String name, Setting<?> setting, @Nullable String topic) {
    @Nullable Subscription found = null;
    try {
      found =
          connection
              .subscriber()
              .getSubscriptionCallable()
              .call(GetSubscriptionRequest.newBuilder().setSubscription(name).build());
    } catch (ApiException e) {
      if (e.getStatusCode().getCode() == Code.NOT_FOUND && creation != null) {
        found = creation.subscription(name, topic);
      } else if (e.getStatusCode().getCode() == Code.NOT_FOUND) {
        problems.add(
            ("subscription %s (%s) does not exist: make it with 'gcloud pubsub subscriptions create"
                    + " %s --topic=TOPIC', or set pubsub.create=true to try things out")
                .formatted(name, setting.key(), PubSubConfig.id(name)));
        return unknown(queue, name);
      } else if (e.getStatusCode().getCode() != Code.PERMISSION_DENIED) {
        throw e;
      } else {
        log.warn(
            "no permission to look at subscription {}: with roles/pubsub.viewer its ack deadline"
                + " is known, which spares a call for each pull",
            name);
      }
    }
    checkPermission(
        "pull from subscription %s (%s): it takes roles/pubsub.subscriber"
            .formatted(name, setting.key()),
        () ->
            connection
                .subscriber()
                .testIamPermissionsCallable()
                .call(permission(name, CONSUME))
                .getPermissionsList());
    if (found == null) {
      return unknown(queue, name);
    }
    checkUse(found, setting, topic);
    if (setting != PubSubSettings.RESULT_SUBSCRIPTION) {
      warnOfFewDeliveries(found);
    }
    return new Source(
        queue,
        name,
        found.getTopic(),
        Duration.ofSeconds(found.getAckDeadlineSeconds()),
        found.getEnableExactlyOnceDelivery(),
        found.getEnableMessageOrdering(),
        found.hasDeadLetterPolicy());
  }

  private static Source unknown(String queue, String name) {
    return new Source(queue, name, null, Duration.ZERO, true, true, false);
  }

  /** Whether a subscription can be what it was named for. */
  private void checkUse(Subscription found, Setting<?> setting, @Nullable String topic) {
    if (found.getTopic().equals(DELETED_TOPIC)) {
      problems.add(
          "the topic of subscription %s (%s) was deleted: nothing will ever come; make both anew"
              .formatted(found.getName(), setting.key()));
    } else if (topic != null && !found.getTopic().equals(topic)) {
      problems.add(
          "subscription %s (%s) is one to %s, not to %s"
              .formatted(found.getName(), setting.key(), found.getTopic(), topic));
    }
    if (!found.getPushConfig().getPushEndpoint().isEmpty()
        || found.hasBigqueryConfig()
        || found.hasCloudStorageConfig()) {
      problems.add(
          "messages of subscription %s (%s) are pushed elsewhere and can't be pulled: make one"
                  .formatted(found.getName(), setting.key())
              + " without a push endpoint");
    }
  }

  /** What Pub/Sub takes for undeliverable it moves away by itself, and nobody writes a result. */
  private static void warnOfFewDeliveries(Subscription found) {
    int most = found.getDeadLetterPolicy().getMaxDeliveryAttempts();
    if (found.hasDeadLetterPolicy() && most < Creation.MOST_DELIVERIES) {
      log.warn(
          "subscription {} moves messages to its dead-letter topic after {} deliveries, releases"
              + " among them: those requests have no result; say 'gcloud pubsub subscriptions"
              + " update {} --max-delivery-attempts={}'",
          found.getName(),
          most == 0 ? DEFAULT_DELIVERIES : most,
          PubSubConfig.id(found.getName()),
          Creation.MOST_DELIVERIES);
    }
  }

  private static TestIamPermissionsRequest permission(String resource, String permission) {
    return TestIamPermissionsRequest.newBuilder()
        .setResource(resource)
        .addPermissions(permission)
        .build();
  }

  /**
   * Whether we may do something; an emulator does not know.
   *
   * @param what and which role it takes
   */
  private void checkPermission(String what, Supplier<List<String>> granted) {
    try {
      if (granted.get().isEmpty()) {
        problems.add("no permission to " + what);
      }
    } catch (ApiException e) {
      switch (e.getStatusCode().getCode()) {
        case UNIMPLEMENTED -> log.debug("permissions can't be looked up", e);
        case PERMISSION_DENIED, NOT_FOUND ->
            problems.add("no permission to %s (%s)".formatted(what, PubSubClient.reason(e)));
        default -> throw e;
      }
    }
  }

  /** What is published to a topic without a subscription is gone at once. */
  private void warnOfNobodyListening(String topic) {
    try {
      if (connection
              .publisher()
              .listTopicSubscriptionsCallable()
              .call(ListTopicSubscriptionsRequest.newBuilder().setTopic(topic).build())
              .getSubscriptionsCount()
          == 0) {
        log.warn(
            "topic {} has no subscription: what is published to it is lost; make one with 'gcloud"
                + " pubsub subscriptions create {} --topic={}'",
            topic,
            PubSubConfig.id(topic),
            PubSubConfig.id(topic));
      }
    } catch (ApiException e) {
      log.debug("subscriptions of {} can't be looked up", topic, e);
    }
  }

  private static RuntimeException explained(PubSubConfig config, ApiException e) {
    return switch (e.getStatusCode().getCode()) {
      case UNAUTHENTICATED ->
          new InvalidSettingsException(
              "Pub/Sub at %s does not accept the credentials: %s; see pubsub.credentials-file"
                  .formatted(config.endpoint(), PubSubClient.reason(e)));
      case PERMISSION_DENIED ->
          new InvalidSettingsException(
              ("no permission on Pub/Sub: %s; making topics and subscriptions takes"
                      + " roles/pubsub.editor on the project")
                  .formatted(PubSubClient.reason(e)));
      default ->
          new UncheckedIOException(
              "Pub/Sub at %s can't be used: %s; is pubsub.endpoint or PUBSUB_EMULATOR_HOST right?"
                  .formatted(config.endpoint(), PubSubClient.reason(e)),
              new IOException(e));
    };
  }
}
