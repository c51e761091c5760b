package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.examples.ForkedMain;
import io.batchprocessor.message.Bytes;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file through a gateway, by processes that are stopped in every way. */
class FileRunIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;
  private Path input;
  private Path output;
  private CountingGateway gateway;

  @BeforeEach
  void start_gateway() {
    input = directory.resolve("in.jsonl");
    output = directory.resolve("out.jsonl");
    gateway = new CountingGateway();
  }

  @AfterEach
  void stop_gateway() {
    gateway.close();
  }

  @Test
  void a_run_that_is_killed_again_and_again_answers_each_id_once_and_asks_none_that_was_stored()
      throws IOException {
    int lines = 20_000;
    writeLines(lines);
    gateway.shedEvery(50);
    Map<String, Integer> askedWhenStored = new HashMap<>();
    for (int kill = 1; kill <= 4; kill++) {
      long enough = Math.min(lines - 1_000, storedIds().size() + 2_500);
      try (ForkedMain main = run(List.of())) {
        await()
            .pollInterval(Duration.ofMillis(10))
            .atMost(PATIENCE)
            .until(() -> size(output) > 0 && countLines() >= enough);
        main.signal("KILL");
        assertThat(main.exitCode()).isEqualTo(128 + 9);
      }
      for (String id : storedIds()) {
        askedWhenStored.putIfAbsent(id, gateway.asked().get(id).get());
      }
    }
    assertThat(askedWhenStored).hasSizeBetween(10_000, lines - 1);

    try (ForkedMain main = run(List.of())) {
      assertThat(main.exitCode()).isZero();
      assertThat(main.out()).containsPattern("done before +" + askedWhenStored.size() + " ");
    }

    assertThat(storedIds()).hasSize(lines).doesNotHaveDuplicates();
    askedWhenStored.forEach(
        (id, count) -> assertThat(gateway.asked().get(id)).as(id).hasValue(count));
    assertThat(directory.resolve("out.jsonl.rejected")).doesNotExist();
  }

  @Test
  void a_run_that_is_terminated_stores_what_was_in_flight_and_exits_with_3() throws IOException {
    writeLines(100);
    gateway.hold();
    try (ForkedMain main = run(List.of("--concurrency=4"))) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 4);
      main.signal("TERM");
      await().atMost(PATIENCE).until(() -> main.out().contains("stopping: 4 in flight may finish"));
      gateway.release();
      assertThat(main.exitCode()).isEqualTo(3);
      assertThat(main.out()).containsPattern("left +96 +the same command goes on");
      assertThat(main.err()).isEmpty();
    }
    assertThat(storedIds()).hasSize(4).containsAll(gateway.asked().keySet());
    try (ForkedMain main = run(List.of("--concurrency=4"))) {
      assertThat(main.exitCode()).isZero();
    }
    assertThat(storedIds()).hasSize(100).doesNotHaveDuplicates();
    assertThat(gateway.asked().values()).allMatch(count -> count.get() == 1);
  }

  @Test
  void two_runs_at_once_do_not_mix() throws IOException {
    writeLines(10);
    gateway.hold();
    try (ForkedMain first = run(List.of("--concurrency=1"))) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 1);
      try (ForkedMain second = run(List.of())) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err().lines())
            .singleElement()
            .asString()
            .contains("out.jsonl is in use by another process");
      }
      gateway.release();
      assertThat(first.exitCode()).isZero();
    }
    assertThat(storedIds()).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void lines_at_fault_have_their_result_too_and_the_exit_code_is_0() throws IOException {
    Files.write(
        input,
        List.of(
            own(0),
            openAi(1),
            "no json",
            own(0),
            "{\"id\":\"no-payload\",\"deadline\":1900000000}",
            "{\"custom_id\":\"get\",\"method\":\"GET\",\"url\":\"/x\",\"body\":{}}"));
    try (ForkedMain main = run(List.of())) {
      assertThat(main.exitCode()).isZero();
      assertThat(main.out())
          .containsPattern("lines +6\\R")
          .containsPattern("answered +2\\R")
          .containsPattern("errors +2 ")
          .containsPattern("rejected +1 ")
          .containsPattern("duplicates +1 ");
    }
    assertThat(storedIds()).containsExactlyInAnyOrder("own-0", "openai-1", "no-payload", "get");
    assertThat(Files.readString(output))
        .contains("{\"id\":\"own-0\",\"payload\":{   \"choices\"")
        .contains("\"custom_id\":\"openai-1\",\"response\":{\"status_code\":200,");
    assertThat(Files.readAllLines(directory.resolve("out.jsonl.rejected"))).hasSize(2);
  }

  @Test
  void a_hundred_thousand_lines_fit_into_a_heap_of_48_mebibytes() throws IOException {
    int lines = 100_000;
    writeLines(lines);
    gateway.shedEvery(100);
    try (ForkedMain main =
        ForkedMain.start(
            directory, List.of("-Xmx48m"), Map.of(), arguments(List.of("--concurrency=64")))) {
      assertThat(main.exitCode()).isZero();
      assertThat(main.err()).isEmpty();
    }
    assertThat(countLines()).isEqualTo(lines);
    assertThat(storedIds()).doesNotHaveDuplicates();
  }

  private ForkedMain run(List<String> more) {
    return ForkedMain.start(directory, arguments(more));
  }

  private String[] arguments(List<String> more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--input=" + input, "--output=" + output, "--endpoint=" + gateway.endpoint()));
    arguments.addAll(more);
    return arguments.toArray(String[]::new);
  }

  /** In both formats, in turn. */
  private void writeLines(int lines) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(input)) {
      for (int i = 0; i < lines; i++) {
        writer.write(i % 2 == 0 ? own(i) : openAi(i));
        writer.newLine();
      }
    }
  }

  private static String own(int number) {
    return "{\"id\":\"own-%d\",\"deadline\":1900000000,\"payload\":{\"prompt\":\"say %d\"}}"
        .formatted(number, number);
  }

  private static String openAi(int number) {
    return "{\"custom_id\":\"openai-%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"prompt\":\"say %d\"}}"
        .formatted(number, number);
  }

  /** Of complete lines only: the last may be torn, which the next run sees to. */
  private List<String> storedIds() throws IOException {
    List<String> ids = new ArrayList<>();
    if (Files.exists(output)) {
      try (LineFile file = LineFile.open(output)) {
        LineScanner scanner = file.scan();
        for (Span line = scanner.next(); line != null; line = scanner.next()) {
          if (line.ended()) {
            Bytes text = file.read(line, Integer.MAX_VALUE);
            ids.add(JsonLines.answeredId(text).orElseThrow());
          }
        }
      }
    }
    return ids;
  }

  private long countLines() throws IOException {
    try (Stream<String> lines = Files.lines(output)) {
      return lines.count();
    }
  }

  private static long size(Path path) {
    return path.toFile().length();
  }
}
