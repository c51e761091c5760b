package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.Setting;
import java.time.Duration;
import java.util.List;

/** Every setting of the transport. */
final class PubSubSettings {

  /** The longest lease that Pub/Sub gives: ten minutes. */
  static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

  static final Setting<String> PROJECT =
      Setting.string(
          "pubsub.project-id",
          "the Google Cloud project; default: GOOGLE_CLOUD_PROJECT in the environment");
  static final Setting<List<String>> REQUESTS =
      Setting.list(
          "pubsub.request-subscriber-id",
          "subscriptions that requests are taken from, comma separated");
  static final Setting<String> RESULT_TOPIC =
      Setting.string("pubsub.result-topic-id", "topic that results are published to");
  static final Setting<String> DEAD_LETTER_TOPIC =
      Setting.string(
          "pubsub.dead-letter-topic-id",
          "topic for messages that have no id, with the reason; required, so that none is lost");
  static final Setting<String> RETRY_TOPIC =
      Setting.string(
          "pubsub.retry-topic-id",
          "topic where requests wait for another attempt, so that attempt and due time survive a"
              + " crash; default: they wait in this process, with their leases extended");
  static final Setting<String> RETRY_SUBSCRIPTION =
      Setting.string(
          "pubsub.retry-subscriber-id",
          "subscription to the retry topic; default: the id of the topic");
  static final Setting<String> RESULT_SUBSCRIPTION =
      Setting.string(
          "pubsub.result-subscriber-id",
          "subscription that tools and tests take results from; the processor needs none");
  static final Setting<Pulls.Kind> PULL =
      Setting.choice(
              "pubsub.pull",
              Pulls.Kind.class,
              "how messages are taken: the broker sends them as soon as there is room, or is asked"
                  + " for each batch")
          .withDefault("unary");
  static final Setting<Integer> BATCH_SIZE =
      Setting.integer(
              "pubsub.batch-size",
              "the most messages that one call pulls, publishes or acknowledges, and that a stream"
                  + " may bring before some are settled")
          .withDefault("1000")
          .where("from 1 to 1000", value -> value >= 1 && value <= 1000);
  static final Setting<Duration> LEASE =
      Setting.duration(
              "pubsub.lease",
              "how long a delivery is ours before another process may have it; whole seconds. A"
                  + " subscription with this ack deadline spares one call for each pull")
          .withDefault("60s")
          .where(
              "from 1s to 600s in whole seconds",
              value ->
                  value.compareTo(Duration.ofSeconds(1)) >= 0
                      && value.compareTo(LONGEST_LEASE) <= 0
                      && value.toMillis() % 1000 == 0);
  static final Setting<Boolean> RESULT_ORDERING =
      Setting.flag(
              "pubsub.result-ordering", "whether a result carries the ordering key of its request")
          .withDefault("false");
  static final Setting<Boolean> CREATE =
      Setting.flag(
              "pubsub.create",
              "whether to make topics and subscriptions that are missing: to try" + " things out")
          .withDefault("false");
  static final Setting<String> ENDPOINT =
      Setting.string(
          "pubsub.endpoint",
          "host:port of a regional endpoint, or http://host:port of an emulator, which is spoken to"
              + " without TLS and credentials; default: PUBSUB_EMULATOR_HOST in the environment, else"
              + " pubsub.googleapis.com:443");
  static final Setting<String> CREDENTIALS_FILE =
      Setting.string(
          "pubsub.credentials-file",
          "file with Google credentials; default: the platform's own (Application Default"
              + " Credentials)");
  static final Setting<Duration> TIMEOUT =
      Setting.duration(
              "pubsub.timeout",
              "how long to wait for an answer; pulls wait longer, and publishing a minute at least")
          .withDefault("10s")
          .where("> 0", value -> !value.isZero());

  static final List<Setting<?>> ALL =
      List.of(
          PROJECT,
          REQUESTS,
          RESULT_TOPIC,
          DEAD_LETTER_TOPIC,
          RETRY_TOPIC,
          RETRY_SUBSCRIPTION,
          RESULT_SUBSCRIPTION,
          PULL,
          BATCH_SIZE,
          LEASE,
          RESULT_ORDERING,
          CREATE,
          ENDPOINT,
          CREDENTIALS_FILE,
          TIMEOUT);

  private PubSubSettings() {}
}
