package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

  private static BatchProcessorBuilder sound() {
    return BatchProcessor.builder().endpoint(Samples.ENDPOINT);
  }

  private static List<String> problems(BatchProcessorBuilder builder) {
    InvalidSettingsException fault =
        catchThrowableOfType(InvalidSettingsException.class, builder::build);
    assertThat(fault).as("a fault").isNotNull();
    return fault.problems();
  }

  @Test
  void an_endpoint_is_all_it_takes() {
    assertThat(sound().build().toString()).isEqualTo("BatchProcessor[batch]");
  }

  @Test
  void every_fault_is_told_at_once() {
    List<String> problems =
        problems(
            BatchProcessor.builder()
                .setting("concurrency", "0")
                .setting("request-timeout", "fast")
                .setting("message-queue-impl", "kafka")
                .setting("request-merge-policy", "fair")
                .setting("backoff", "never")
                .setting("gate", "iron")
                .setting("http-client", "curl")
                .setting("listeners", "me")
                .setting("concurency", "8")
                .queue(QueueConfig.of("q").withPool("nowhere")));

    assertThat(String.join("\n", problems))
        .contains("concurrency=0: must be ≥ 1")
        .contains("request-timeout=fast: must be a time with its unit")
        .contains("unknown setting 'concurency'")
        .contains("queue 'q' names pool 'nowhere', which is not configured; pools: default")
        .contains("queue provider 'kafka' not found")
        .contains("merge policy 'fair' not found")
        .contains("backoff strategy 'never' not found")
        .contains("dispatch gate 'iron' not found")
        .contains("HTTP client 'curl' not found")
        .contains("listener 'me' not found")
        .contains("endpoint is missing");
    assertThat(problems).hasSize(11).doesNotHaveDuplicates();
  }

  @Test
  void names_that_nobody_provides_list_what_was_found() {
    assertThat(problems(sound().setting("message-queue-impl", "kafka")))
        .singleElement()
        .asString()
        .startsWith("queue provider 'kafka' not found; found: ")
        .contains("memory")
        .endsWith("is its module on the class path?");
    assertThat(problems(sound().setting("request-merge-policy", "fair")))
        .singleElement()
        .asString()
        .contains("random-robin", "earliest-deadline");
  }

  @Test
  void a_transport_of_ours_that_is_missing_names_the_module_to_add() {
    assertThat(problems(sound().setting("message-queue-impl", "redis-streams")))
        .singleElement()
        .asString()
        .contains("add io.batchprocessor:batch-redis to the class path");
  }

  @Test
  void an_unknown_setting_is_told_with_the_nearest_first() {
    assertThat(problems(sound().setting("max-atempts", "3")))
        .singleElement()
        .asString()
        .startsWith("unknown setting 'max-atempts'; known: max-attempts, ");
    assertThat(problems(sound().setting("memory.leese", "3s")))
        .singleElement()
        .asString()
        .startsWith("unknown setting 'memory.leese'; known: memory.lease, ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://host/x",
        "localhost:8000",
        "/v1/completions",
        "http:///x",
        "http://host/x#f",
        "http://ho st/"
      })
  void an_endpoint_that_is_none_is_refused(String endpoint) {
    assertThat(problems(BatchProcessor.builder().setting("endpoint", endpoint)))
        .singleElement()
        .asString()
        .startsWith("endpoint=" + endpoint);
  }

  @Test
  void an_endpoint_with_a_password_is_refused_and_the_password_not_shown() {
    assertThat(problems(BatchProcessor.builder().setting("endpoint", "http://u:hush@host/x")))
        .singleElement()
        .asString()
        .startsWith("endpoint=http://***@host/x")
        .doesNotContain("hush");
  }

  @Test
  void two_sources_of_the_secret_are_refused_and_not_shown() {
    List<String> problems =
        problems(sound().authorization("Bearer hush").setting("authorization-file", "/run/secret"));

    assertThat(problems)
        .containsExactly("authorization and authorization-file are both set; keep one of them");
  }

  @Test
  void a_secret_that_is_not_there_or_that_no_header_can_carry_is_told_and_not_shown() {
    assertThat(problems(sound().authorization("hush\nhush").setting("concurrency", "0")))
        .hasSize(2)
        .noneMatch(problem -> problem.contains("hush"))
        .anyMatch(problem -> problem.contains("the Authorization header's value must be one line"));
    assertThat(problems(sound().setting("authorization-file", "/no/such/file")))
        .singleElement()
        .asString()
        .startsWith("authorization-file=/no/such/file can't be read: ");
  }

  @Test
  void a_tree_has_nested_prefixes_aliases_lists_numbers_and_arrays() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("endpoint", "http://gw.test/v1");
    tree.put("concurrency", 16);
    tree.put("inference-objective", "batch");
    tree.put("memory", Map.of("lease", "5s", "queues", List.of("a", "b")));
    tree.put("max-attempts", null);
    tree.put(
        "queues",
        List.of(
            Map.of(
                "name",
                "a",
                "weight",
                3,
                "pool",
                "p",
                "inference-objective",
                "slow",
                "endpoint",
                "https://other.test/x",
                "labels",
                Map.of("team", "x", "tier", 2)),
            Map.of("name", "b", "path", "/v2")));
    tree.put("pools", List.of(Map.of("name", "p", "concurrency", 4)));

    ConfigTree config = ConfigTree.of(tree);

    assertThat(config.values())
        .containsEntry("endpoint", "http://gw.test/v1")
        .containsEntry("concurrency", "16")
        .containsEntry("inferenceObjective", "batch")
        .containsEntry("memory.lease", "5s")
        .containsEntry("memory.queues", "a,b")
        .doesNotContainKey("max-attempts")
        .hasSize(5);
    assertThat(config.queues())
        .containsExactly(
            new QueueConfig(
                "a",
                URI.create("https://other.test/x"),
                null,
                "slow",
                3,
                Map.of("team", "x", "tier", "2"),
                "p",
                null,
                null,
                QueueOrder.BY_ARRIVAL),
            QueueConfig.of("b").withPath("/v2"));
    assertThat(config.pools()).containsExactly(PoolConfig.of("p", 4));
    assertThat(BatchProcessor.builder().configure(tree).build()).isNotNull();
  }

  @Test
  void a_queue_may_have_an_order() {
    ConfigTree config =
        ConfigTree.of(
            Map.of(
                "queues",
                List.of(
                    Map.of(
                        "name",
                        "a",
                        "fairness-attribute",
                        "tenant",
                        "fairness-header",
                        true,
                        "prefix-order",
                        256,
                        "prefix-tolerance",
                        "5m",
                        "window",
                        2_000),
                    Map.of("name", "b"))));

    assertThat(config.queues())
        .containsExactly(
            QueueConfig.of("a")
                .withOrder(
                    QueueOrder.BY_ARRIVAL
                        .fairBy("tenant")
                        .withFairnessHeader()
                        .byPrefix(256)
                        .withPrefixTolerance(Duration.ofMinutes(5))
                        .withWindow(2_000)),
            QueueConfig.of("b"));
  }

  @Test
  void a_window_is_wide_where_something_is_chosen_from_it() {
    assertThat(QueueOrder.BY_ARRIVAL.window(8)).isEqualTo(8);
    assertThat(QueueOrder.BY_ARRIVAL.withWindow(9).window(8)).isEqualTo(9);
    assertThat(QueueOrder.BY_ARRIVAL.fairBy("tenant").window(8)).isEqualTo(1_000);
    assertThat(QueueOrder.BY_ARRIVAL.byPrefix(1).window(5_000)).isEqualTo(5_000);
    assertThat(QueueOrder.BY_ARRIVAL.byPrefix(1).withWindow(100).window(5_000)).isEqualTo(100);
  }

  @Test
  void an_order_that_makes_no_sense_is_told() {
    InvalidSettingsException fault =
        catchThrowableOfType(
            InvalidSettingsException.class,
            () ->
                ConfigTree.of(
                    Map.of(
                        "queues",
                        List.of(
                            Map.of("name", "a", "fairness-header", true),
                            Map.of("name", "b", "prefix-order", -1, "window", 0),
                            Map.of("name", "c", "prefix-tolerance", "10ms")))));

    assertThat(fault.problems())
        .containsExactly(
            "queues: fairness-header needs a fairness-attribute",
            "queues: prefix-order=-1: must be from 0 to 65536",
            "queues: window=0: must be ≥ 1",
            "queues: prefix-tolerance=10ms: must be ≥ 1s");
  }

  @Test
  void every_fault_in_the_arrays_is_told_at_once() {
    InvalidSettingsException fault =
        catchThrowableOfType(
            InvalidSettingsException.class,
            () ->
                ConfigTree.of(
                    Map.of(
                        "queues",
                        List.of(Map.of("weight", 0), Map.of("name", "x", "wait", 1), "text"),
                        "pools",
                        List.of(Map.of("name", "p", "concurrency", "many")))));

    assertThat(String.join("\n", fault.problems()))
        .contains("queues: weight=0: must be ≥ 1")
        .contains("queues: unknown setting 'wait'; known: name, ")
        .contains("queues: each element must be an object with a name")
        .contains("pools: concurrency=many: must be a whole number");
  }

  @Test
  void nothing_in_the_arrays_is_dropped_in_silence() {
    InvalidSettingsException fault =
        catchThrowableOfType(
            InvalidSettingsException.class,
            () ->
                ConfigTree.of(
                    Map.of(
                        "queues",
                        List.of(
                            Map.of("name", "a", "labels", "team=a"),
                            Map.of("name", "b", "path", "/a b"),
                            Map.of("name", "c"),
                            Map.of("name", "c", "weight", 3)),
                        "pools",
                        List.of(Map.of("name", "p"), Map.of("name", "p"), Map.of("name", "p")))));

    assertThat(fault.problems())
        .containsExactly(
            "queues: labels must be an object, such as {\"team\": \"a\"}; is 'team=a'",
            "queues: path=/a b: must be beginning with one /, as a URL has it",
            "queues: 'c' is there more than once",
            "pools: 'p' is there more than once");
  }

  @Test
  void arrays_may_come_as_maps_with_numbers_as_keys() {
    ConfigTree config = ConfigTree.of(Map.of("queues", Map.of("0", Map.of("name", "a"))));

    assertThat(config.queues()).containsExactly(QueueConfig.of("a"));
  }

  @Test
  void settings_that_are_lists_are_read_as_spring_binds_them_too() {
    Map<String, String> listeners = new LinkedHashMap<>();
    listeners.put("0", "slow");
    listeners.put("1", "loud");

    assertThat(ConfigTree.of(Map.of("listeners", listeners)).values())
        .isEqualTo(ConfigTree.of(Map.of("listeners", List.of("slow", "loud"))).values())
        .containsEntry("listeners", "slow,loud");
  }

  @Test
  void a_queue_that_the_transport_does_not_have_is_told_at_start() {
    try (MemoryTransport queues = MemoryTransport.builder().queues("a").build();
        BatchProcessor processor = sound().transport(queues).queue(QueueConfig.of("b")).build()) {
      assertThatThrownBy(processor::start)
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessage("queue 'b' is configured, but the transport has only: a");
    }
  }

  @Test
  void queues_of_the_configuration_reach_the_provider() {
    try (BatchProcessor processor =
        sound().queue(QueueConfig.of("x")).queue(QueueConfig.of("y")).build()) {
      processor.start();
      assertThat(processor.health().healthy()).isTrue();
    }
  }

  @Test
  void an_explicit_instance_beats_an_id() {
    MemoryTransport given = MemoryTransport.builder().build();
    QueueProvider provider =
        new QueueProvider() {
          @Override
          public String id() {
            return "memory";
          }

          @Override
          public Transport open(Settings settings) {
            return given;
          }
        };
    try (BatchProcessor processor =
        sound().setting("message-queue-impl", "nowhere").queueProvider(provider).build()) {
      processor.start();
      assertThat(given.health().healthy()).isTrue();
    }
    assertThat(given.health().healthy()).isFalse();
  }

  @Test
  void a_queue_may_not_leave_its_host() {
    for (String path : List.of("//evil.test/x", "http://evil.test/", "x", "/a b", "/a#b", "/%")) {
      assertThatThrownBy(() -> QueueConfig.of("q").withPath(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(path);
    }
    for (String endpoint : List.of("ftp://x/y", "http://x/y#z", "http://u:p@x/y", "/y")) {
      assertThatThrownBy(() -> QueueConfig.of("q").withEndpoint(URI.create(endpoint)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("endpoint must be an http or https URL");
    }
    assertThatThrownBy(() -> QueueConfig.of("q").withWeight(0)).hasMessageContaining("weight");
    assertThatThrownBy(() -> PoolConfig.of("p", 0)).hasMessageContaining("concurrency");
  }

  @Test
  void a_timeout_of_a_century_is_a_timeout() {
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            sound()
                .transport(queues)
                .setting("request-timeout", "36500d")
                .setting("drain-timeout", "36500d")
                .build()) {
      processor.start();
      assertThat(processor.health().healthy()).isTrue();
    }
  }

  @Test
  void every_setting_of_ours_and_of_every_provider_can_be_listed() {
    assertThat(ProcessorSettings.all()).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    assertThat(BatchProcessor.providerSettings()).containsKeys("memory", "exponential");
  }
}
