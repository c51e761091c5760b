package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransportTest {

  private static final Duration NOW = Duration.ZERO;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path directory;
  private Path input;
  private Path output;
  private Path rejected;

  @BeforeEach
  void name_files() {
    input = directory.resolve("in.jsonl");
    output = directory.resolve("out.jsonl");
    rejected = directory.resolve("out.jsonl.rejected");
  }

  @Test
  void each_line_is_handed_out_once_and_answered_once() throws Exception {
    write(line("a"), line("b"));
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10, SOON);
      assertThat(ids(deliveries)).containsExactly("a", "b");
      assertThat(queue(files).receive(10, NOW)).isEmpty();
      assertThat(files.settle(results(deliveries))).isEmpty();
      assertThat(files.settle(results(deliveries))).isEqualTo(deliveries);
      assertThat(files.awaitFinished(NOW)).isTrue();
      assertThat(files.tally()).isEqualTo(new Tally(2, 0, 2, 0, 0, 0));
    }
    assertThat(output()).containsExactly("a", "b");
    assertThat(rejected).doesNotExist();
  }

  @Test
  void a_later_run_hands_out_only_what_has_no_result() throws Exception {
    write(line("a"), line("b"), line("c"));
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10, SOON);
      files.settle(results(deliveries.subList(1, 2)));
    }
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10, SOON);
      assertThat(ids(deliveries)).containsExactly("a", "c");
      files.settle(results(deliveries));
      assertThat(queue(files).receive(10, NOW)).isEmpty();
      assertThat(files.tally()).isEqualTo(new Tally(3, 1, 2, 0, 0, 0));
    }
    assertThat(output()).containsExactly("b", "a", "c");
  }

  @Test
  void a_second_line_with_the_same_id_is_rejected_and_the_same_one_in_every_run() throws Exception {
    write(line("a"), line("b"), line("a"));
    for (int run = 0; run < 3; run++) {
      try (FileTransport files = open()) {
        List<Delivery> deliveries = queue(files).receive(10, NOW);
        if (run < 2) {
          files.settle(results(deliveries.subList(0, 1)));
        }
        queue(files).receive(1, NOW);
        assertThat(files.tally().done()).isEqualTo(run == 0 ? 2 : 3);
      }
    }
    assertThat(output()).containsExactly("a", "b");
    assertThat(rejected)
        .hasContent(
            "{\"line\":3,\"reason\":\"id: an earlier line has the same; each id is asked once\"}\n");
  }

  @Test
  void a_line_without_an_id_is_rejected_once_with_its_number() throws Exception {
    write(line("a"), "", "{\"payload\": {}}", "[", line("b"));
    for (int run = 0; run < 2; run++) {
      try (FileTransport files = open()) {
        assertThat(ids(queue(files).receive(10, SOON))).containsExactly("a", "b");
        assertThat(files.tally().done()).isEqualTo(2);
      }
    }
    assertThat(Files.readAllLines(rejected))
        .hasSize(2)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("{\"line\":3,\"reason\":\"id: missing"),
            line -> assertThat(line).startsWith("{\"line\":4,\"reason\":\"message: "));
  }

  @Test
  void what_the_engine_dead_letters_is_rejected() throws Exception {
    write(line("a"));
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10, SOON);
      assertThat(files.deadLetter(List.of(new DeadLetter(deliveries.get(0), "refused")))).isEmpty();
      queue(files).receive(1, NOW);
      assertThat(files.awaitFinished(NOW)).isTrue();
    }
    assertThat(rejected).hasContent("{\"line\":1,\"reason\":\"refused\"}\n");
  }

  @Test
  void what_was_dead_lettered_is_not_asked_by_a_later_run() throws Exception {
    write(line("a"), line("b"));
    try (FileTransport files = open()) {
      Delivery first = queue(files).receive(1, SOON).get(0);
      files.deadLetter(List.of(new DeadLetter(first, "refused")));
    }
    try (FileTransport files = open()) {
      assertThat(ids(queue(files).receive(10, SOON))).containsExactly("b");
      assertThat(files.tally().before()).isEqualTo(1);
    }
  }

  @Test
  void a_faulty_line_in_the_batch_api_format_is_answered_without_the_engine() throws Exception {
    write("{\"custom_id\":\"o\",\"method\":\"GET\",\"url\":\"/x\",\"body\":{}}");
    try (FileTransport files = open()) {
      assertThat(queue(files).receive(10, NOW)).isEmpty();
      assertThat(files.awaitFinished(NOW)).isTrue();
      assertThat(files.tally()).isEqualTo(new Tally(1, 0, 0, 1, 0, 0));
    }
    assertThat(output()).containsExactly("o");
  }

  @Test
  void a_retry_comes_back_when_due_with_its_attempt_and_its_body() throws Exception {
    write(line("a"), line("b"));
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10, SOON);
      assertThat(
              files
                  .retryQueue()
                  .schedule(
                      List.of(
                          new Retry(deliveries.get(0), Duration.ofMillis(60), 3),
                          new Retry(deliveries.get(1), Duration.ofMillis(20), 2))))
          .isEmpty();
      assertThat(files.retryQueue().receive(10, NOW)).isEmpty();
      assertThat(files.settle(results(deliveries))).isEqualTo(deliveries);
      List<Delivery> again = new ArrayList<>(files.retryQueue().receive(1, SOON));
      again.addAll(files.retryQueue().receive(1, SOON));

      assertThat(ids(again)).containsExactly("b", "a");
      assertThat(again).extracting(Delivery::attempt).containsExactly(2, 3);
      assertThat(again).extracting(Delivery::queue).containsOnly(InputLines.QUEUE);
      assertThat(again.get(1).body()).isEqualTo(deliveries.get(0).body());
      assertThat(files.settle(results(again))).isEmpty();
    }
  }

  @Test
  void what_is_released_comes_back_as_it_was() throws Exception {
    write(line("a"));
    try (FileTransport files = open()) {
      Delivery first = queue(files).receive(1, SOON).get(0);
      queue(files).release(List.of(first));
      assertThat(queue(files).extend(List.of(first))).containsExactly(first);
      Delivery second = queue(files).receive(1, SOON).get(0);
      assertThat(second.attempt()).isEqualTo(1);
      files.retryQueue().schedule(List.of(new Retry(second, Duration.ZERO, 2)));
      Delivery third = files.retryQueue().receive(1, SOON).get(0);
      files.retryQueue().release(List.of(third));
      Delivery fourth = files.retryQueue().receive(1, SOON).get(0);
      assertThat(fourth.attempt()).isEqualTo(2);
      assertThat(files.settle(results(List.of(fourth)))).isEmpty();
      assertThat(queue(files).receive(1, NOW)).isEmpty();
      assertThat(files.awaitFinished(NOW)).isTrue();
    }
  }

  @Test
  void no_more_than_10_000_lines_wait_for_another_attempt() throws Exception {
    String[] lines = new String[10_100];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = line("r-" + i);
    }
    write(lines);
    try (FileTransport files = open()) {
      List<Delivery> deliveries = queue(files).receive(10_000, SOON);
      files
          .retryQueue()
          .schedule(deliveries.stream().map(each -> new Retry(each, SOON, 2)).toList());
      assertThat(queue(files).receive(10, NOW)).isEmpty();
    }
  }

  @Test
  void two_runs_at_once_are_refused() throws Exception {
    write(line("a"));
    try (FileTransport files = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("out.jsonl is in use by another process");
      assertThat(files.settle(results(queue(files).receive(1, SOON)))).isEmpty();
    }
  }

  @Test
  void after_close_nothing_goes() throws Exception {
    write(line("a"));
    FileTransport files = open();
    List<Delivery> deliveries = queue(files).receive(1, SOON);
    files.close();
    files.close();
    assertThatThrownBy(() -> queue(files).receive(1, NOW))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> files.settle(results(deliveries)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> files.retryQueue().receive(1, NOW))
        .isInstanceOf(IllegalStateException.class);
  }

  private static RequestQueue queue(FileTransport files) {
    return files.requestQueues().get(0);
  }

  private FileTransport open() {
    return FileTransport.open(input, output, Instant.now().plusSeconds(3_600), 1 << 20);
  }

  private void write(String... lines) throws IOException {
    Files.write(input, List.of(lines));
  }

  private static String line(String id) {
    return "{\"id\":\"%s\",\"deadline\":1900000000,\"payload\":{\"of\":\"%s\"}}".formatted(id, id);
  }

  private static List<String> ids(List<Delivery> deliveries) {
    return deliveries.stream()
        .map(delivery -> RequestMessage.parse(delivery.body(), 1 << 20).id())
        .toList();
  }

  private static List<Result> results(List<Delivery> deliveries) {
    return deliveries.stream()
        .map(
            delivery ->
                new Result(
                    delivery,
                    ResultMessage.builder(RequestMessage.parse(delivery.body(), 1 << 20).id())
                        .answer(200, Bytes.utf8("{}"))
                        .build()))
        .toList();
  }

  private List<String> output() throws IOException {
    return Files.readAllLines(output).stream()
        .map(line -> JsonLines.answeredId(Bytes.utf8(line)).orElseThrow())
        .toList();
  }
}
