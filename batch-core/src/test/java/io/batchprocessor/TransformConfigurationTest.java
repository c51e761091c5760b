package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.RequestTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transforms as configurations name and describe them. */
class TransformConfigurationTest {

  private static final String MODEL = "transform.model-override.model";

  private static Blueprint blueprint(UnaryOperator<BatchProcessorBuilder> with) {
    return Blueprint.of(with.apply(BatchProcessor.builder().endpoint(Samples.ENDPOINT)));
  }

  /** What becomes of the model of a queue's requests, one after another; then other transforms. */
  private static List<String> chain(Blueprint blueprint, QueueConfig queue) {
    List<String> chain = new ArrayList<>();
    for (TransformSource source : blueprint.transforms().of(queue)) {
      try (RequestTransform transform = source.create(InstantSource.system())) {
        chain.add(
            transform.name().equals("model-override")
                ? ((RequestBody)
                        transform.transform(
                            Samples.held("r"),
                            Samples.ENDPOINT,
                            new RequestBody(Bytes.utf8("{}"), RequestBody.JSON)))
                    .content()
                    .toUtf8()
                : transform.name());
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    return chain;
  }

  private static List<String> chain(Blueprint blueprint, String queue) {
    return chain(blueprint, blueprint.queues().getOrDefault(queue, QueueConfig.of(queue)));
  }

  @Test
  void settings_are_not_shown_as_they_may_be_secrets() {
    QueueConfig queue =
        QueueConfig.of("q")
            .withTransforms(List.of(new TransformConfig("sign", Map.of("api-key", "hush"))));

    assertThat(queue).asString().contains("sign", "api-key").doesNotContain("hush");
  }

  @Test
  void names_take_their_flat_settings_in_order() {
    Blueprint blueprint =
        blueprint(
            with ->
                with.setting("transforms", "model-override, signed-url-multipart")
                    .setting(MODEL, "m"));

    assertThat(chain(blueprint, "any"))
        .containsExactly("{\"model\":\"m\"}", "signed-url-multipart");
  }

  @Test
  void there_are_none_unless_they_are_named() {
    assertThat(chain(blueprint(with -> with), "any")).isEmpty();
  }

  @Test
  void a_file_has_lists_of_names_and_objects(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("config.json");
    Files.writeString(
        file,
        """
        {"transforms": [{"type": "model-override", "model": "common"}],
         "transform.model-override.model": "flat",
         "pools": [{"name": "slow", "concurrency": 2, "transforms": "model-override"},
                   {"name": "plain", "concurrency": 2, "transforms": []},
                   {"name": "default", "concurrency": 2}],
         "queues": [
             {"name": "audio", "pool": "slow", "transforms": [
                 {"type": "model-override", "model": "own"},
                 {"type": "signed-url-multipart", "copy": ["model", "language"], "margin": "5m"}]},
             {"name": "one", "transforms": {"type": "model-override", "model": "alone"}},
             {"name": "names", "transforms": ["model-override", "signed-url-multipart"]},
             {"name": "none", "transforms": []},
             {"name": "slow", "pool": "slow"},
             {"name": "plain", "pool": "plain"},
             {"name": "other"}]}
        """);
    Blueprint blueprint = blueprint(with -> with.configure(ConfigurationFile.read(file)));

    assertThat(chain(blueprint, "audio"))
        .containsExactly("{\"model\":\"own\"}", "signed-url-multipart");
    assertThat(chain(blueprint, "one")).containsExactly("{\"model\":\"alone\"}");
    assertThat(chain(blueprint, "names"))
        .containsExactly("{\"model\":\"flat\"}", "signed-url-multipart");
    assertThat(chain(blueprint, "none")).isEmpty();
    assertThat(chain(blueprint, "slow")).containsExactly("{\"model\":\"flat\"}");
    assertThat(chain(blueprint, "plain")).isEmpty();
    assertThat(chain(blueprint, "other")).containsExactly("{\"model\":\"common\"}");
    assertThat(chain(blueprint, "not mentioned")).containsExactly("{\"model\":\"common\"}");
  }

  /** Spring's binder has lists as maps with numbers as keys. */
  @Test
  void lists_may_come_as_maps() {
    Blueprint blueprint =
        blueprint(
            with ->
                with.configure(
                    Map.of(
                        "transforms",
                        Map.of("0", Map.of("type", "model-override", "model", "m")),
                        "queues",
                        Map.of(
                            "0",
                            Map.of(
                                "name", "q", "transforms", Map.of("0", "signed-url-multipart"))))));

    assertThat(chain(blueprint, "other")).containsExactly("{\"model\":\"m\"}");
    assertThat(chain(blueprint, "q")).containsExactly("signed-url-multipart");
  }

  @Test
  void of_two_settings_the_later_wins() {
    Map<String, Object> objects =
        Map.of("transforms", List.of(Map.of("type", "model-override", "model", "m")));

    assertThat(
            chain(
                blueprint(
                    with -> with.configure(objects).setting("transforms", "signed-url-multipart")),
                "q"))
        .containsExactly("signed-url-multipart");
    assertThat(
            chain(
                blueprint(
                    with -> with.setting("transforms", "signed-url-multipart").configure(objects)),
                "q"))
        .containsExactly("{\"model\":\"m\"}");
    assertThat(
            chain(
                blueprint(
                    with -> with.configure(objects).configure(Map.of("transforms", List.of()))),
                "q"))
        .isEmpty();
  }

  @Test
  void every_fault_is_told_at_once() {
    assertThatThrownBy(
            () ->
                blueprint(
                    with ->
                        with.setting("transforms", "model-override")
                            .configure(
                                Map.of(
                                    "pools",
                                    List.of(Map.of("name", "p", "transforms", "no-such-transform")),
                                    "queues",
                                    List.of(
                                        Map.of(
                                            "name",
                                            "q",
                                            "transforms",
                                            List.of(
                                                Map.of("type", "model-override", "modell", "m"),
                                                Map.of(
                                                    "type",
                                                    "signed-url-multipart",
                                                    "copy",
                                                    "gcs_uri"))))))))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            fault ->
                assertThat(fault.problems())
                    .anyMatch(problem -> problem.startsWith(MODEL + " is missing"))
                    .anyMatch(
                        problem ->
                            problem.startsWith("request transform 'no-such-transform' not found"))
                    .anyMatch(
                        problem ->
                            problem.startsWith(
                                "unknown setting 'transform.model-override.modell'; known: "
                                    + MODEL))
                    .anyMatch(
                        problem ->
                            problem.startsWith("transform.signed-url-multipart.copy has gcs_uri")));
  }

  @Test
  void an_object_without_a_type_is_told() {
    assertThatThrownBy(
            () -> blueprint(with -> with.configure(Map.of("transforms", Map.of("model", "m")))))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("transforms: a transform object must have a type");
  }

  @Test
  void a_transform_of_a_queue_that_is_not_there_is_told() {
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(Samples.ENDPOINT)
                .queueTransform("nowhere", () -> null)
                .build()) {
      assertThatThrownBy(processor::start)
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining(
              "queue 'nowhere' is configured, but the transport has only: requests");
    }
  }
}
