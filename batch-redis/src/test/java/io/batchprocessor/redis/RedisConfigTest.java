package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisConfigTest {

  private static RedisConfig config(Kind kind, String... settings) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      values.put(settings[i], settings[i + 1]);
    }
    return RedisConfig.of(kind, Settings.of(RedisSettings.of(kind), values));
  }

  @Test
  void the_three_are_found_by_their_ids() {
    assertThat(ServiceLoader.load(QueueProvider.class))
        .extracting(QueueProvider::id)
        .contains("redis-pubsub", "redis-sortedset", "redis-streams");
  }

  @Test
  void defaults_are_those_of_the_user_guide() {
    RedisConfig config = config(Kind.CHANNELS);

    assertThat(config.requestQueues()).containsExactly("batch-queue");
    assertThat(config.retryQueue()).isEqualTo("batch-sortedset-retry");
    assertThat(config.resultQueue()).isEqualTo("batch-queue-result");
    assertThat(config.resultType()).isEqualTo(ResultType.CHANNEL);
    assertThat(config.lease()).hasSeconds(60);
    assertThat(config.claim()).isTrue();
  }

  @Test
  void no_two_transports_keep_two_types_under_one_name() {
    RedisConfig sets = config(Kind.SORTED_SET);
    RedisConfig streams = config(Kind.STREAMS);

    assertThat(sets.names()).doesNotContainAnyElementsOf(streams.names());
  }

  @Test
  void the_queues_of_a_configuration_win() {
    Settings settings = Settings.of(RedisSettings.of(Kind.STREAMS), Map.of());

    assertThat(RedisConfig.of(Kind.STREAMS, settings.withQueues(List.of("x", "y"))).requestQueues())
        .containsExactly("x", "y");
  }

  @Test
  void names_of_llm_d_async_are_its_own() {
    RedisConfig config = config(Kind.SORTED_SET, "redis.wire-format", "llm-d-async");

    assertThat(config.requestQueues()).containsExactly("request-sortedset");
    assertThat(config.retryQueue()).isEqualTo("retry-sortedset");
    assertThat(config.resultQueue()).isEqualTo("result-list");
    assertThat(
            config(
                    Kind.SORTED_SET,
                    "redis.wire-format",
                    "llm-d-async",
                    "redis.retry-queue-name",
                    "mine")
                .retryQueue())
        .isEqualTo("mine");
  }

  @Test
  void one_name_for_two_queues_is_refused() {
    assertThatThrownBy(
            () ->
                config(
                    Kind.STREAMS,
                    "redis.request-queue-name",
                    "a,b,a",
                    "redis.result-queue-name",
                    "b"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("'a' names two queues")
        .hasMessageContaining("'b' names two queues");
  }

  @ParameterizedTest
  @CsvSource({
    "SORTED_SET, redis.request-queue-name, 'a,{a}:lease', {a}:lease",
    "SORTED_SET, redis.request-queue-name, '{x}:a,{x}:a:deliveries', {x}:a:deliveries",
    "SORTED_SET, redis.dead-letter-queue-name, {batch-queue-result}:ids, {batch-queue-result}:ids",
    "STREAMS, redis.result-queue-name, {batch-stream}:released, {batch-stream}:released",
    "STREAMS, redis.result-queue-name, {batch-stream-retry}:number, {batch-stream-retry}:number",
    "STREAMS, redis.retry-queue-name, {batch-stream-result}:redis-streams:cancelled,"
        + " {batch-stream-result}:redis-streams:cancelled",
    "STREAMS, redis.request-queue-name, 'a,{batch-stream-retry}:redis-streams:a:ready',"
        + " {batch-stream-retry}:redis-streams:a:ready",
    "CHANNELS, redis.retry-queue-name, {batch-queue}:claim:0123:1, {batch-queue}:claim:0123:1",
  })
  void a_name_that_is_a_key_of_another_queue_is_refused(
      Kind kind, String setting, String value, String name) {
    assertThatThrownBy(() -> config(kind, setting, value))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(
            "'%s' can't name a queue: it is a key that belongs to another queue".formatted(name));
  }

  @Test
  void names_in_several_slots_of_a_cluster_are_refused_with_an_example() {
    assertThatThrownBy(() -> config(Kind.STREAMS, "redis.cluster", "true"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("{batch}:queue")
        .hasMessageContaining("batch-stream-retry");
  }

  @Test
  void an_unknown_setting_is_refused() {
    assertThatThrownBy(() -> config(Kind.STREAMS, "redis.wire-format", "batch"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("redis.wire-format");
  }

  @Test
  void every_setting_explains_itself_and_no_key_is_there_twice() {
    for (Kind kind : Kind.values()) {
      List<Setting<?>> settings = RedisSettings.of(kind);
      assertThat(settings).extracting(Setting::key).doesNotHaveDuplicates();
      assertThat(settings).allMatch(setting -> !setting.description().isBlank());
    }
  }

  @Test
  void derived_keys_lie_in_the_slot_of_their_queue() {
    assertThat(Keys.beside("queue", ":lease")).isEqualTo("{queue}:lease");
    assertThat(Keys.beside("{batch}:queue", ":lease")).isEqualTo("{batch}:queue:lease");
    assertThat(Keys.beside("odd{}name", ":lease")).isEqualTo("{odd{}name}:lease");
  }
}
