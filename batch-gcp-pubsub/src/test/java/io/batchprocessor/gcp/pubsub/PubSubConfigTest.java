package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How settings are read. */
class PubSubConfigTest {

  @Test
  void every_fault_is_told_at_once() {
    assertThatThrownBy(() -> config(Map.of(), "pubsub.retry-subscriber-id", "retries"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("pubsub.request-subscriber-id is missing")
        .hasMessageContaining("pubsub.result-topic-id is missing")
        .hasMessageContaining("pubsub.dead-letter-topic-id is missing")
        .hasMessageContaining("pubsub.retry-topic-id as well")
        .hasMessageContaining("GOOGLE_CLOUD_PROJECT")
        .hasMessageNotContaining("need a topic each");
  }

  @Test
  void ids_become_full_names_and_full_names_stay() {
    PubSubConfig config =
        whole(
            Map.of("GOOGLE_CLOUD_PROJECT", "mine"),
            "pubsub.request-subscriber-id",
            "first, projects/other/subscriptions/second",
            "pubsub.retry-topic-id",
            "retries");

    assertThat(config.requests())
        .extracting(PubSubConfig.RequestSource::subscription)
        .containsExactly(
            "projects/mine/subscriptions/first", "projects/other/subscriptions/second");
    assertThat(config.resultTopic()).isEqualTo("projects/mine/topics/results");
    assertThat(config.retryTopic()).isEqualTo("projects/mine/topics/retries");
    assertThat(config.retrySubscription()).isEqualTo("projects/mine/subscriptions/retries");
  }

  @Test
  void the_setting_wins_over_the_environment_and_an_emulator_is_plaintext() {
    Map<String, String> environment =
        Map.of("GOOGLE_CLOUD_PROJECT", "theirs", "PUBSUB_EMULATOR_HOST", "localhost:8085");

    PubSubConfig emulator = whole(environment, "pubsub.project-id", "mine");
    assertThat(emulator.endpoint()).isEqualTo("localhost:8085");
    assertThat(emulator.plaintext()).isTrue();
    assertThat(emulator.resultTopic()).isEqualTo("projects/mine/topics/results");

    PubSubConfig regional =
        whole(environment, "pubsub.endpoint", "europe-west1-pubsub.googleapis.com");
    assertThat(regional.endpoint()).isEqualTo("europe-west1-pubsub.googleapis.com:443");
    assertThat(regional.plaintext()).isFalse();
    assertThat(whole(Map.of("GOOGLE_CLOUD_PROJECT", "p")).endpoint())
        .isEqualTo("pubsub.googleapis.com:443");
  }

  @Test
  void what_is_no_endpoint_is_refused_with_where_it_was_said() {
    for (String host : List.of("localhost:8085", "localhost:8085/", "http://localhost:8085/")) {
      assertThat(
              List.of(
                  whole(Map.of("GOOGLE_CLOUD_PROJECT", "p", "PUBSUB_EMULATOR_HOST", host)),
                  whole(
                      Map.of("GOOGLE_CLOUD_PROJECT", "p"),
                      "pubsub.endpoint",
                      host.startsWith("http") ? host : "http://" + host)))
          .allMatch(PubSubConfig::plaintext)
          .allMatch(config -> config.endpoint().equals("localhost:8085"));
    }
    for (String endpoint :
        List.of("https://pubsub.googleapis.com", "ftp://host:1", "host:port", "http://h/v1", "")) {
      assertThatThrownBy(
              () -> whole(Map.of("GOOGLE_CLOUD_PROJECT", "p"), "pubsub.endpoint", endpoint))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("pubsub.endpoint=%s is not host:port", endpoint);
    }
    assertThatThrownBy(
            () ->
                whole(
                    Map.of(
                        "GOOGLE_CLOUD_PROJECT", "p", "PUBSUB_EMULATOR_HOST", "https://host:8085")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("PUBSUB_EMULATOR_HOST=https://host:8085 is not host:port");
  }

  @Test
  void names_that_pub_sub_would_refuse_are_refused() {
    for (String id : List.of("ab", "9lives", "goog-le", "with space")) {
      assertThatThrownBy(
              () -> whole(Map.of("GOOGLE_CLOUD_PROJECT", "p"), "pubsub.result-topic-id", id))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("'%s' can't be the id of one of the topics", id);
    }
  }

  @Test
  void one_topic_for_two_purposes_is_refused() {
    assertThatThrownBy(
            () ->
                whole(
                    Map.of("GOOGLE_CLOUD_PROJECT", "p"),
                    "pubsub.dead-letter-topic-id",
                    "results",
                    "pubsub.request-subscriber-id",
                    "same,same"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("need a topic each")
        .hasMessageContaining("projects/p/subscriptions/same is named twice");
  }

  @Test
  void leases_are_whole_seconds_up_to_ten_minutes() {
    for (String lease : List.of("500ms", "1500ms", "601s")) {
      assertThatThrownBy(() -> whole(Map.of("GOOGLE_CLOUD_PROJECT", "p"), "pubsub.lease", lease))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("from 1s to 600s in whole seconds");
    }
  }

  private static PubSubConfig whole(Map<String, String> environment, String... more) {
    Map<String, String> values = new HashMap<>();
    values.put("pubsub.request-subscriber-id", "requests");
    values.put("pubsub.result-topic-id", "results");
    values.put("pubsub.dead-letter-topic-id", "dead");
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    return config(
        environment,
        values.entrySet().stream()
            .flatMap(value -> List.of(value.getKey(), value.getValue()).stream())
            .toArray(String[]::new));
  }

  private static PubSubConfig config(Map<String, String> environment, String... settings) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      values.put(settings[i], settings[i + 1]);
    }
    return PubSubConfig.of(Settings.of(PubSubSettings.ALL, values), environment);
  }
}
