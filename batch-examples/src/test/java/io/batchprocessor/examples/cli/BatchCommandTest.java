package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchCommandTest {

  private static final String ENDPOINT = "--endpoint=http://localhost:1/v1/completions";

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void help_lists_every_setting_with_type_default_and_meaning_in_100_columns() {
    assertThat(run("--help")).isZero();
    assertThat(out().lines()).allMatch(line -> line.length() <= 100);
    for (var setting : KnownSettings.find().all()) {
      assertThat(out()).contains("--" + setting.key());
    }
    assertThat(out())
        .contains("--inferenceObjective, --inference-objective=<text>")
        .containsPattern(
            "--concurrency=<integer> +the most requests in flight \\[integer >= 1, default")
        .containsPattern("\nfilled\n")
        .containsPattern(
            "--filled.lease=<duration> +how long a delivery is ours \\[duration, default 60s\\]")
        .containsPattern("--filled.password=<secret> +opens the broker \\[secret\\]")
        .contains("A flag wins over the environment, the environment over the file")
        .matches(text -> text.chars().allMatch(c -> c < 128), "is ASCII");
    assertThat(err()).isEmpty();
  }

  @Test
  void version_is_that_of_the_build() {
    assertThat(run("--version")).isZero();
    assertThat(out())
        .matches("batch-processor [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)? \\(Java .+\\)\\R");
  }

  @Test
  void an_unknown_flag_is_told_with_the_nearest_known_ones() {
    assertThat(run("--filled.leese=3s")).isEqualTo(2);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("unknown flag --filled.leese; nearest: --filled.lease,");
  }

  @Test
  void a_word_that_belongs_to_no_flag_is_told() {
    assertThat(run("serve")).isEqualTo(2);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("'serve' belongs to no flag; flags are written --name value or --name=value");
  }

  @Test
  void a_flag_without_its_value_is_told_what_it_takes() {
    assertThat(run("--concurrency")).isEqualTo(2);
    assertThat(problems())
        .containsExactly("batch-examples: --concurrency needs a value: <integer>");
  }

  @Test
  void a_flag_that_is_given_twice_is_refused() {
    assertThat(run("--concurrency=1", "--concurrency", "2")).isEqualTo(2);
    assertThat(problems())
        .containsExactly("batch-examples: --concurrency is given 2 times; give it once");
  }

  @Test
  void several_wrong_values_are_a_line_each() {
    assertThat(
            run(ENDPOINT, "--message-queue-impl=filled", "--concurrency=0", "--request-timeout=5"))
        .isEqualTo(2);
    assertThat(problems())
        .containsExactly(
            "batch-examples: concurrency=0: must be >= 1",
            "batch-examples: request-timeout=5: must be a time with its unit, such as 500ms, 60s, 5m"
                + " or 2h");
  }

  @Test
  void a_wrong_secret_is_not_shown() {
    assertThat(run("--filled.password=hunter2", "--concurrency=x")).isEqualTo(2);
    assertThat(out() + err()).doesNotContain("hunter2");
  }

  @Test
  void a_broker_that_is_not_found_is_told_with_those_that_are() {
    assertThat(run(ENDPOINT, "--message-queue-impl=kafka")).isEqualTo(2);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("'kafka' not found; found: filled, gcp-pubsub, jdbc, memory, redis-pubsub");
  }

  @Test
  void an_endpoint_alone_is_no_work() {
    assertThat(run(ENDPOINT)).isEqualTo(2);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("nothing to do")
        .contains("--input and --output");
  }

  @Test
  void a_status_page_is_refused_where_there_is_none_if_a_flag_or_the_file_asks_for_it()
      throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), "{\"http.port\": 8080}");
    for (String asks : List.of("--http.port=8080", "--config=" + file)) {
      err.reset();
      assertThat(run(asks)).isEqualTo(2);
      assertThat(problems()).singleElement().asString().contains("http.port is for serving");
    }
  }

  @Test
  void input_without_output_is_refused() throws IOException {
    Path input = Files.createFile(directory.resolve("in.jsonl"));
    assertThat(run(ENDPOINT, "--input=" + input)).isEqualTo(2);
    assertThat(problems()).singleElement().asString().contains("output is missing");
  }

  @Test
  void an_input_that_is_not_there_is_refused_and_no_output_made() {
    Path output = directory.resolve("out.jsonl");
    assertThat(run(ENDPOINT, "--input=" + directory.resolve("in.jsonl"), "--output=" + output))
        .isEqualTo(2);
    assertThat(problems())
        .singleElement()
        .asString()
        .endsWith("in.jsonl: no such file that can be read");
    assertThat(output).doesNotExist();
  }

  @Test
  void the_input_is_no_output() throws IOException {
    Path input = Files.createFile(directory.resolve("in.jsonl"));
    assertThat(run(ENDPOINT, "--input=" + input, "--output=" + directory.resolve("./in.jsonl")))
        .isEqualTo(2);
    assertThat(problems()).singleElement().asString().contains("is the input");
  }

  @Test
  void settings_are_checked_before_an_output_is_made() throws IOException {
    Path input = Files.createFile(directory.resolve("in.jsonl"));
    Path output = directory.resolve("out.jsonl");
    assertThat(run("--input=" + input, "--output=" + output)).isEqualTo(2);
    assertThat(problems()).singleElement().asString().contains("endpoint is missing");
    assertThat(output).doesNotExist();
  }

  @Test
  void a_file_that_holds_something_else_is_not_written_over() throws IOException {
    Path input = Files.createFile(directory.resolve("in.jsonl"));
    Path output = Files.writeString(directory.resolve("thesis.txt"), "Chapter 1\nIt was a");
    assertThat(run(ENDPOINT, "--input=" + input, "--output=" + output)).isEqualTo(1);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("line 1: was not written by this program");
    assertThat(output).hasContent("Chapter 1\nIt was a");
  }

  private int run(String... arguments) {
    return new BatchCommand(Map.of(), stream(out), stream(err)).run(arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private List<String> problems() {
    return err().lines().toList();
  }
}
