package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.examples.ForkedMain;
import io.batchprocessor.examples.deploy.Dockerfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: exit codes, signals, what it says where. */
class MainIT {

  private static final int SIGINT = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** It sets the port of the status page for whatever runs in it. */
  private static final Map<String, String> IMAGE = Dockerfile.read().environment();

  @TempDir Path directory;
  private CountingGateway gateway;

  @BeforeEach
  void start_gateway() {
    gateway = new CountingGateway();
  }

  @AfterEach
  void stop_gateway() {
    gateway.close();
  }

  @Test
  void without_arguments_a_demonstration_runs_and_says_how_it_went_in_the_image_too() {
    try (ForkedMain main = ForkedMain.start(directory, List.of(), IMAGE)) {
      assertThat(main.exitCode()).isZero();
      assertThat(main.err()).isEmpty();
      assertThat(main.out())
          .containsPattern("results +290 ")
          .containsPattern("answered +288 ")
          .containsPattern("deadline exceeded +1 ")
          .containsPattern("invalid request +1 ")
          .containsPattern("throughput +[0-9.]+ /s")
          .containsPattern("live requests +240 +of 240 answered")
          .containsPattern("first token, p99 +[0-9.]+ ms beside batch, [0-9.]+ ms without")
          .containsPattern("batch in flight +[0-9.]+ ")
          .containsPattern("batch tokens +32448 ")
          .doesNotContain("\r");
      assertThat(main.out().lines()).allMatch(line -> line.length() <= 80);
    }
  }

  @Test
  void the_image_answers_a_file() throws IOException {
    Path input = directory.resolve("in.jsonl");
    Files.writeString(input, "{\"id\":\"r-1\",\"deadline\":\"4102444800\",\"payload\":{}}\n");
    Path output = directory.resolve("out.jsonl");
    try (ForkedMain main =
        ForkedMain.start(
            directory,
            List.of(),
            IMAGE,
            "--endpoint=" + gateway.endpoint(),
            "--input=" + input,
            "--output=" + output)) {
      assertThat(main.exitCode()).as(main.err()).isZero();
      assertThat(output).content().contains("r-1", "as you say");
    }
  }

  @Test
  void a_terminated_server_finishes_what_is_in_flight_and_exits_with_0() {
    gateway.hold();
    try (ForkedMain main = serve(Map.of())) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 4);
      main.signal("TERM");
      await().atMost(PATIENCE).until(() -> main.err().contains("draining: 4 in flight"));
      assertThat(main.isAlive()).isTrue();
      gateway.release();
      assertThat(main.exitCode()).isZero();
      assertThat(main.err()).contains("drained: 4 results (0 errors)");
      assertThat(gateway.asked()).hasSize(4);
    }
  }

  @Test
  void an_interrupt_drains_like_a_termination() throws IOException {
    assumeFalse(
        interruptsAreIgnored(),
        "SIGINT is ignored here, as in what a shell starts in the background, and children inherit"
            + " that");
    gateway.hold();
    try (ForkedMain main = serve(Map.of())) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 4);
      main.signal("INT");
      await().atMost(PATIENCE).until(() -> main.err().contains("draining"));
      gateway.release();
      assertThat(main.exitCode()).isZero();
    }
  }

  /** Where there is no /proc, nobody is known to ignore them. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    long ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .findFirst()
            .orElse(0);
    return (ignored & 1L << (SIGINT - 1)) != 0;
  }

  @Test
  void a_second_signal_stops_it_at_once() {
    gateway.hold();
    try (ForkedMain main = serve(Map.of())) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 4);
      main.signal("TERM");
      await().atMost(PATIENCE).until(() -> main.err().contains("draining"));
      main.signal("TERM");
      assertThat(main.exitCode()).isEqualTo(128 + 15);
      assertThat(gateway.inFlight()).isEqualTo(4);
    }
  }

  @Test
  void what_does_not_finish_within_the_drain_timeout_is_handed_back() {
    gateway.hold();
    try (ForkedMain main = serve(Map.of("BATCH_DRAIN_TIMEOUT", "100ms"))) {
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == 4);
      main.signal("TERM");
      assertThat(main.exitCode()).isZero();
      assertThat(main.err()).contains("drained: 0 results");
    }
  }

  @Test
  void a_broker_that_is_not_there_is_one_line_and_exit_code_1() {
    try (ForkedMain main =
        ForkedMain.start(
            directory, "--message-queue-impl=unreachable", "--endpoint=" + gateway.endpoint())) {
      assertThat(main.exitCode()).isEqualTo(1);
      assertThat(main.err().lines())
          .containsExactly(
              "batch-examples: broker at test://nowhere can't be reached; is it running?");
    }
  }

  @Test
  void a_wrong_flag_is_one_line_and_exit_code_2() {
    try (ForkedMain main = ForkedMain.start(directory, "--concurency", "4")) {
      assertThat(main.exitCode()).isEqualTo(2);
      assertThat(main.err().lines().toList())
          .singleElement()
          .asString()
          .startsWith("batch-examples: unknown flag --concurency; nearest: --concurrency,");
      assertThat(main.out()).isEmpty();
    }
  }

  private ForkedMain serve(Map<String, String> variables) {
    return ForkedMain.start(
        directory,
        List.of(),
        variables,
        "--message-queue-impl=filled",
        "--endpoint",
        gateway.endpoint().toString(),
        "--concurrency",
        "4");
  }
}
