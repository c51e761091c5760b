package io.batchprocessor.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class BatchSettingsTest {

  @Test
  void keys_of_files_are_taken_as_they_are_known_or_not() {
    Map<String, Object> settings =
        BatchSettings.in(
            environment(
                Map.of(
                    "gateway", "http://gateway:8000/",
                    "batch.endpoint", "${gateway}v1/completions",
                    "batch.inferenceObjective", "batch",
                    "batch.concurency", "4",
                    "batch.listeners[0]", "a",
                    "batch.listeners[1]", "b",
                    "batch.queues[0].name", "reviews"),
                Map.of()));

    assertThat(settings)
        .containsEntry("endpoint", "http://gateway:8000/v1/completions")
        .containsEntry("inferenceObjective", "batch")
        .containsEntry("concurency", "4")
        .containsEntry("listeners", Map.of("0", "a", "1", "b"))
        .containsEntry("queues", Map.of("0", Map.of("name", "reviews")));
  }

  @Test
  void variables_that_are_settings_win_over_files() {
    Map<String, Object> settings =
        BatchSettings.in(
            environment(
                Map.of("batch.request-timeout", "2m", "batch.backoff.cap", "1m"),
                Map.of(
                    "BATCH_REQUEST_TIMEOUT", "3m",
                    "BATCH_BACKOFF_CAP", "5m",
                    "BATCH_INFERENCE_OBJECTIVE", "batch",
                    "BATCH_PORT_8080_TCP_ADDR", "10.0.0.1")));

    assertThat(settings)
        .containsEntry("request-timeout", "3m")
        .containsEntry("backoff.cap", "5m")
        .containsEntry("inferenceObjective", "batch")
        .doesNotContainKey("port");
  }

  private static StandardEnvironment environment(
      Map<String, Object> file, Map<String, Object> variables) {
    StandardEnvironment environment = new StandardEnvironment();
    var sources = environment.getPropertySources();
    sources.remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
    sources.replace(
        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
        new SystemEnvironmentPropertySource(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    sources.addLast(new MapPropertySource("file", file));
    ConfigurationPropertySources.attach(environment);
    return environment;
  }
}
