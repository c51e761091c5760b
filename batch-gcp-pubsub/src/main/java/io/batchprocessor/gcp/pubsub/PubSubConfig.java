package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the transport was told, checked as a whole. Topics and subscriptions are full names, such as
 * {@code projects/p/topics/t}.
 *
 * @param requests subscription by the name of its queue, in the order of the configuration
 * @param retryTopic null if retries wait in this process
 * @param retrySubscription null if retries wait in this process
 * @param resultSubscription null if nobody takes results here
 * @param endpoint host and port
 * @param plaintext whether it is an emulator
 */
record PubSubConfig(
    List<RequestSource> requests,
    String resultTopic,
    String deadLetterTopic,
    @Nullable String retryTopic,
    @Nullable String retrySubscription,
    @Nullable String resultSubscription,
    Pulls.Kind pull,
    int batchSize,
    Duration lease,
    boolean resultOrdering,
    boolean create,
    String endpoint,
    boolean plaintext,
    @Nullable String credentialsFile,
    Duration timeout) {

  private static final Endpoint GOOGLE = new Endpoint("pubsub.googleapis.com:443", false);
  private static final String EMULATOR = "PUBSUB_EMULATOR_HOST";
  private static final String PLAINTEXT = "http://";

  /** A slash at the end, as of a URL that was copied, does no harm. */
  private static final Pattern ENDPOINT =
      Pattern.compile(
          "(?<scheme>"
              + PLAINTEXT
              + ")?(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>\\d{1,5}))?/?");

  /** What Pub/Sub takes for a topic or a subscription. */
  private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9._~%+-]{2,254}");

  /**
   * A request queue.
   *
   * @param queue its name in configuration, logs and metrics
   * @param subscription the full name
   */
  record RequestSource(String queue, String subscription) {}

  private record Endpoint(String hostAndPort, boolean plaintext) {}

  static PubSubConfig of(Settings settings, Map<String, String> environment) {
    return new Reading(settings, environment).read();
  }

  /** The last part of a full name. */
  static String id(String fullName) {
    return fullName.substring(fullName.lastIndexOf('/') + 1);
  }

  /** Reads settings, and gathers every fault before it reports one. */
  private static final class Reading {
    private final Settings settings;
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();
    private @Nullable String project;

    Reading(Settings settings, Map<String, String> environment) {
      this.settings = settings;
      this.environment = environment;
    }

    PubSubConfig read() {
      List<String> queues =
          settings.queues().isEmpty()
              ? settings.find(PubSubSettings.REQUESTS).orElse(List.of())
              : settings.queues();
      if (queues.isEmpty()) {
        problems.add(
            "pubsub.request-subscriber-id is missing: name the subscriptions that requests are"
                + " taken from");
      }
      List<RequestSource> requests =
          queues.stream()
              .map(queue -> new RequestSource(queue, subscription("a request queue", queue)))
              .toList();
      String resultTopic =
          topic(PubSubSettings.RESULT_TOPIC.key(), required(PubSubSettings.RESULT_TOPIC));
      String deadLetterTopic =
          topic(PubSubSettings.DEAD_LETTER_TOPIC.key(), required(PubSubSettings.DEAD_LETTER_TOPIC));
      Optional<String> retryTopic = settings.find(PubSubSettings.RETRY_TOPIC);
      Optional<String> retrySubscription = settings.find(PubSubSettings.RETRY_SUBSCRIPTION);
      if (retryTopic.isEmpty() && retrySubscription.isPresent()) {
        problems.add("pubsub.retry-subscriber-id needs pubsub.retry-topic-id as well");
      }
      Endpoint endpoint = endpoint();
      PubSubConfig config =
          new PubSubConfig(
              requests,
              resultTopic,
              deadLetterTopic,
              retryTopic.map(id -> topic(PubSubSettings.RETRY_TOPIC.key(), id)).orElse(null),
              retryTopic
                  .map(id -> retrySubscription.orElse(PubSubConfig.id(id)))
                  .map(id -> subscription(PubSubSettings.RETRY_SUBSCRIPTION.key(), id))
                  .orElse(null),
              settings
                  .find(PubSubSettings.RESULT_SUBSCRIPTION)
                  .map(id -> subscription(PubSubSettings.RESULT_SUBSCRIPTION.key(), id))
                  .orElse(null),
              settings.get(PubSubSettings.PULL),
              settings.get(PubSubSettings.BATCH_SIZE),
              settings.get(PubSubSettings.LEASE),
              settings.get(PubSubSettings.RESULT_ORDERING),
              settings.get(PubSubSettings.CREATE),
              endpoint.hostAndPort(),
              endpoint.plaintext(),
              settings.find(PubSubSettings.CREDENTIALS_FILE).orElse(null),
              settings.get(PubSubSettings.TIMEOUT));
      checkDistinct(config);
      if (!problems.isEmpty()) {
        throw new InvalidSettingsException(problems);
      }
      return config;
    }

    private Endpoint endpoint() {
      return settings
          .find(PubSubSettings.ENDPOINT)
          .map(endpoint -> endpoint(PubSubSettings.ENDPOINT.key(), endpoint, endpoint))
          .orElseGet(
              () -> {
                String emulator = environment.getOrDefault(EMULATOR, "").strip();
                return emulator.isEmpty()
                    ? GOOGLE
                    : endpoint(
                        EMULATOR,
                        emulator,
                        emulator.startsWith(PLAINTEXT) ? emulator : PLAINTEXT + emulator);
              });
    }

    /**
     * Reads an endpoint.
     *
     * @param said what it was given as
     */
    private Endpoint endpoint(String what, String said, String endpoint) {
      Matcher parts = ENDPOINT.matcher(endpoint);
      if (!parts.matches()) {
        problems.add(
            "%s=%s is not host:port, or http://host:port of an emulator".formatted(what, said));
        return GOOGLE;
      }
      boolean plaintext = parts.group("scheme") != null;
      @Nullable String port = parts.group("port");
      return new Endpoint(
          parts.group("host") + ":" + (port != null ? port : plaintext ? "80" : "443"), plaintext);
    }

    private String required(io.batchprocessor.spi.Setting<String> setting) {
      return settings
          .find(setting)
          .filter(value -> !value.isBlank())
          .orElseGet(
              () -> {
                problems.add("%s is missing: %s".formatted(setting.key(), setting.description()));
                // Stands for it in what else is checked, and is like no other.
                return setting.key();
              });
    }

    private String topic(String what, String id) {
      return fullName(what, id, "topics");
    }

    private String subscription(String what, String id) {
      return fullName(what, id, "subscriptions");
    }

    private String fullName(String what, String id, String collection) {
      if (id.matches("projects/[^/]+/" + collection + "/[^/]+")) {
        return id;
      }
      if (!ID.matcher(id).matches() || id.startsWith("goog")) {
        problems.add(
            ("%s: '%s' can't be the id of one of the %s: 3 to 255 letters, digits and ._~%%+-, a"
                    + " letter first, not 'goog'")
                .formatted(what, id, collection));
      }
      return "projects/%s/%s/%s".formatted(project(), collection, id);
    }

    private String project() {
      if (project == null) {
        project =
            settings
                .find(PubSubSettings.PROJECT)
                .or(() -> Optional.ofNullable(environment.get("GOOGLE_CLOUD_PROJECT")))
                .filter(id -> !id.isBlank())
                .orElseGet(
                    () -> {
                      problems.add(
                          "no project: set pubsub.project-id, or GOOGLE_CLOUD_PROJECT in the"
                              + " environment");
                      return "unknown";
                    });
      }
      return project;
    }

    private void checkDistinct(PubSubConfig config) {
      Set<String> subscriptions = new HashSet<>();
      List<String> all =
          new ArrayList<>(config.requests().stream().map(RequestSource::subscription).toList());
      Optional.ofNullable(config.retrySubscription()).ifPresent(all::add);
      Optional.ofNullable(config.resultSubscription()).ifPresent(all::add);
      for (String name : all) {
        if (!subscriptions.add(name)) {
          problems.add(
              "%s is named twice: each queue needs a subscription of its own".formatted(name));
        }
      }
      List<String> topics =
          new ArrayList<>(List.of(config.resultTopic(), config.deadLetterTopic()));
      Optional.ofNullable(config.retryTopic()).ifPresent(topics::add);
      if (Set.copyOf(topics).size() < topics.size()) {
        problems.add(
            "results, dead letters and retries need a topic each; they are now: "
                + String.join(", ", topics));
      }
    }
  }
}
