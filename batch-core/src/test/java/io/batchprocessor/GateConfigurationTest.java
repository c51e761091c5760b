package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InvalidSettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates as configurations name and describe them. */
class GateConfigurationTest {

  private static DispatchGate gate(UnaryOperator<BatchProcessorBuilder> with) {
    Blueprint blueprint = blueprint(with);
    return create(blueprint.pools().get("default").gate());
  }

  private static Blueprint blueprint(UnaryOperator<BatchProcessorBuilder> with) {
    return Blueprint.of(with.apply(BatchProcessor.builder().endpoint(Samples.ENDPOINT)));
  }

  private static DispatchGate create(GateSource source) {
    return source.create(new GateSource.Surroundings(Map.of(), 8, Thread::new, System::nanoTime));
  }

  private static List<String> problems(UnaryOperator<BatchProcessorBuilder> with) {
    try {
      blueprint(with);
      return List.of();
    } catch (InvalidSettingsException e) {
      return e.problems();
    }
  }

  @Test
  void as_text_a_gate_shows_no_values_as_they_may_be_secrets() {
    GateConfig gate = new GateConfig("redis-quota", Map.of("url", "redis://:hush@host"), null);

    assertThat(gate).asString().contains("redis-quota", "url").doesNotContain("hush");
  }

  @Test
  void a_name_takes_its_flat_settings() {
    try (DispatchGate gate =
        gate(with -> with.setting("gate", "rate").setting("gate.rate.per-second", "5"))) {
      assertThat(gate.name()).isEqualTo("rate");
      assertThat(gate.measurements()).containsEntry("per_second", 5.0);
    }
  }

  @Test
  void a_name_of_several_has_their_names_in_a_flat_setting() {
    try (DispatchGate gate =
        gate(
            with ->
                with.configure(
                    Map.of(
                        "gate", "composite",
                        "gate.composite.gates", "rate, wait-on-release",
                        "gate.wait-on-release.gate", "max-concurrency",
                        "gate.rate.per-second", 2,
                        "gate.max-concurrency", Map.of("limit", 3))))) {
      assertThat(gate.name()).isEqualTo("composite(rate, wait-on-release(max-concurrency))");
      assertThat(gate.measurements())
          .containsEntry("rate.per_second", 2.0)
          .containsEntry("wait-on-release(max-concurrency).limit", 3.0);
    }
  }

  @Test
  void a_file_has_nested_objects(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("config.json");
    Files.writeString(
        file,
        """
        {"gate": {"type": "composite", "gates": [
            {"type": "rate", "per-second": 5},
            "max-concurrency",
            {"type": "scrape", "url": "http://127.0.0.1:1/metrics", "metric": "m",
             "labels": {"model_name": "llama", "engine": 0}, "every": "1h", "max-age": "2h"},
            {"type": "wait-on-release", "gate": {"type": "constant", "budget": 0.5}}]},
         "gate.max-concurrency.limit": 7,
         "pools": [{"name": "slow", "concurrency": 2,
                    "gate": {"type": "rate", "per-second": 0.5}},
                   {"name": "fast", "concurrency": 9, "gate": "max-concurrency"},
                   {"name": "other", "concurrency": 9}],
         "queues": [{"name": "q", "gate": {"type": "max-concurrency", "limit": 1}},
                    {"name": "r"}]}
        """);
    Blueprint blueprint = blueprint(with -> with.configure(ConfigurationFile.read(file)));

    try (DispatchGate gate = create(blueprint.pools().get("default").gate())) {
      assertThat(gate.name())
          .isEqualTo("composite(rate, max-concurrency, scrape, wait-on-release(constant))");
      assertThat(gate.measurements())
          .containsEntry("max-concurrency.limit", 7.0)
          .containsEntry("wait-on-release(constant).limit", 4.0);
    }
    assertThat(create(blueprint.pools().get("slow").gate()).measurements())
        .containsEntry("per_second", 0.5);
    assertThat(create(blueprint.pools().get("fast").gate()).measurements())
        .containsEntry("limit", 7.0);
    try (DispatchGate gate = create(blueprint.pools().get("other").gate())) {
      assertThat(gate.name()).startsWith("composite");
    }
    assertThat(blueprint.queueGates()).containsOnlyKeys("q");
    assertThat(create(blueprint.queueGates().get("q")).measurements()).containsEntry("limit", 1.0);
  }

  /** Spring's binder has lists as maps with numbers as keys. */
  @Test
  void lists_may_come_as_maps() {
    try (DispatchGate gate =
        gate(
            with ->
                with.configure(
                    Map.of(
                        "gate",
                        Map.of(
                            "type",
                            "composite",
                            "gates",
                            Map.of(
                                "0", Map.of("type", "rate", "per-second", "1"),
                                "1", Map.of("type", "rate", "per-second", "1"))))))) {
      assertThat(gate.name()).isEqualTo("composite(rate, rate)");
    }
  }

  @Test
  void of_two_settings_of_a_gate_the_later_wins() {
    Map<String, Object> object = Map.of("gate", Map.of("type", "constant", "budget", 0.5));
    try (DispatchGate gate =
        gate(
            with ->
                with.configure(object)
                    .setting("gate", "max-concurrency")
                    .setting("gate.max-concurrency.limit", "3"))) {
      assertThat(gate.name()).isEqualTo("max-concurrency");
    }
    try (DispatchGate gate =
        gate(with -> with.setting("gate", "max-concurrency").configure(object))) {
      assertThat(gate.name()).isEqualTo("constant");
    }
  }

  @Test
  void what_an_object_leaves_out_is_as_the_flat_setting_has_it() {
    try (DispatchGate gate =
        gate(
            with ->
                with.setting("gate.rate.burst", "4")
                    .setting("gate.rate.per-second", "9")
                    .configure(Map.of("gate", Map.of("type", "rate", "per-second", 2))))) {
      assertThat(gate.measurements()).containsEntry("per_second", 2.0).containsEntry("tokens", 4.0);
    }
  }

  @Test
  void every_fault_of_every_gate_is_told_at_once_with_what_would_be_right() {
    List<String> problems =
        problems(
            with ->
                with.configure(
                    Map.of(
                        "gate",
                        Map.of(
                            "type",
                            "composite",
                            "gates",
                            List.of(
                                Map.of("type", "rate", "persecond", 5),
                                Map.of("type", "iron"),
                                Map.of("type", "scrape", "url", "http://x/"),
                                Map.of("type", "rate", "per-second", 1, "gates", List.of("rate")))),
                        "queues",
                        List.of(
                            Map.of(
                                "name",
                                "q",
                                "gate",
                                Map.of("type", "max-concurrency", "limit", 0))))));

    assertThat(problems)
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith(
                        "unknown setting 'gate.rate.persecond'; known: gate.rate.per-second"))
        .anySatisfy(problem -> assertThat(problem).startsWith("dispatch gate 'iron' not found"))
        .anySatisfy(problem -> assertThat(problem).startsWith("gate.scrape.metric is missing"))
        .contains("gate 'rate' has no other gates inside")
        .contains("gate.max-concurrency.limit=0: must be ≥ 1")
        .hasSize(5);
  }

  @Test
  void what_is_no_gate_is_told() {
    assertThatThrownBy(
            () ->
                blueprint(
                    with ->
                        with.configure(
                            Map.of(
                                "queues",
                                List.of(Map.of("name", "q", "gate", Map.of("limit", 1)))))))
        .hasMessageContaining("queues: a gate object must have a type");
    assertThat(problems(with -> with.setting("gate", "composite")))
        .singleElement()
        .asString()
        .startsWith("gate.composite.gates is missing");
    assertThat(
            problems(
                with ->
                    with.configure(
                        Map.of("gate", Map.of("type", "composite", "gates", List.of())))))
        .containsExactly("gate.composite.gates=: must be not empty");
    assertThat(
            problems(
                with ->
                    with.configure(
                        Map.of(
                            "gate",
                            Map.of(
                                "type",
                                "wait-on-release",
                                "gates",
                                List.of("constant", "constant"))))))
        .containsExactly("gate.wait-on-release.gate must be one gate, is 2");
    assertThat(
            problems(
                with ->
                    with.setting("gate", "composite")
                        .setting("gate.composite.gates", "rate,composite")
                        .setting("gate.rate.per-second", "1")))
        .singleElement()
        .asString()
        .contains("gate 'composite' is inside itself");
    assertThatThrownBy(
            () ->
                blueprint(
                    with ->
                        with.configure(
                            Map.of(
                                "gate", Map.of("type", "scrape", "labels", Map.of("a", "b,c"))))))
        .hasMessageContaining("labels: 'a=b,c' can't have a comma");
  }

  @Test
  void a_gate_of_a_queue_that_is_not_there_is_told_at_the_start() {
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(Samples.ENDPOINT)
                .queueGate("nowhere", OpenGate::new)
                .build()) {
      assertThatThrownBy(processor::start)
          .hasMessageContaining("queue 'nowhere' is configured, but the transport has only");
    }
  }

  @Test
  void a_start_that_fails_leaves_no_gate_open() {
    WantingGate made = new WantingGate("made");
    try (MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(Samples.ENDPOINT)
                .gate(() -> made)
                .queueGate(
                    "requests",
                    () -> {
                      throw new IllegalStateException("no gate today");
                    })
                .build()) {
      assertThatThrownBy(processor::start).hasMessage("no gate today");
      assertThat(made.isClosed()).isTrue();
    }
  }
}
