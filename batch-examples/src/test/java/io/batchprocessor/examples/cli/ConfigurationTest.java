package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.spi.InvalidSettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

  @TempDir Path directory;
  private final KnownSettings known = KnownSettings.find();

  @Test
  void a_flag_wins_over_the_environment_it_over_the_file_and_the_file_over_the_default()
      throws IOException {
    String file = file("{\"concurrency\": 2, \"name\": \"file\", \"max-attempts\": 3}");
    Configuration configuration =
        Configuration.of(
            known,
            Map.of("concurrency", "4", "config", file),
            Map.of("BATCH_CONCURRENCY", "3", "BATCH_NAME", "environment"));

    assertThat(configuration.find(ProcessorSettings.CONCURRENCY)).contains(4);
    assertThat(configuration.find(ProcessorSettings.NAME)).contains("environment");
    assertThat(configuration.find(ProcessorSettings.MAX_ATTEMPTS)).contains(3);
    assertThat(configuration.find(ProcessorSettings.REQUEST_TIMEOUT))
        .contains(Duration.ofMinutes(5));
  }

  @Test
  void the_file_can_be_named_by_the_environment() throws IOException {
    Configuration configuration =
        Configuration.of(known, Map.of(), Map.of("BATCH_CONFIG", file("{\"concurrency\": 7}")));

    assertThat(configuration.find(ProcessorSettings.CONCURRENCY)).contains(7);
  }

  @Test
  void the_file_may_nest_a_providers_settings_and_has_queues_and_pools() throws IOException {
    String file =
        file(
            """
            {"endpoint": "http://localhost:1/v1", "inference-objective": "batch",
             "message-queue-impl": "filled", "filled": {"lease": "5s"},
             "queues": [{"name": "requests", "weight": 3, "pool": "slow"}],
             "pools": [{"name": "slow", "concurrency": 2}]}
            """);

    assertThat(Configuration.of(known, Map.of("config", file), Map.of()).processor().build())
        .isNotNull();
  }

  @Test
  void what_is_wrong_in_the_file_is_told_with_the_nearest_known_keys() throws IOException {
    String file =
        file("{\"endpoint\": \"http://localhost:1/v1\", \"filled\": {\"leese\": \"5s\"}}");
    Configuration configuration = Configuration.of(known, Map.of("config", file), Map.of());

    assertThatThrownBy(() -> configuration.processor().build())
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("unknown setting 'filled.leese'; known: filled.lease,");
  }

  @Test
  void a_file_that_is_no_json_is_told_by_its_place_and_not_quoted() throws IOException {
    String file = file("{\"authorization\": hunter2}");

    assertThatThrownBy(() -> Configuration.of(known, Map.of("config", file), Map.of()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("not JSON at line 1, column")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void a_file_that_is_an_array_is_refused() throws IOException {
    String file = file("[1]");

    assertThatThrownBy(() -> Configuration.of(known, Map.of("config", file), Map.of()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageEndingWith("must be a JSON object of settings");
  }

  @Test
  void each_key_has_a_variable() {
    assertThat(KnownSettings.variable(ProcessorSettings.CONCURRENCY))
        .isEqualTo("BATCH_CONCURRENCY");
    assertThat(KnownSettings.variable(ProcessorSettings.INFERENCE_OBJECTIVE))
        .isEqualTo("BATCH_INFERENCE_OBJECTIVE");
    assertThat(KnownSettings.variable(TestProviders.Filled.LEASE)).isEqualTo("BATCH_FILLED_LEASE");
    assertThat(known.all()).extracting(KnownSettings::variable).doesNotHaveDuplicates();
  }

  @Test
  void a_variable_that_is_no_setting_is_told_with_the_nearest_that_is() {
    assertThat(
            known.unknownVariables(
                Set.of("BATCH_CONCURENCY", "BATCH_NAME", "PATH", "BATCH_SERVICE_HOST")))
        .containsExactly("BATCH_CONCURENCY (nearest: BATCH_CONCURRENCY)");
  }

  private String file(String json) throws IOException {
    return Files.writeString(directory.resolve("config.json"), json).toString();
  }
}
