package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendFileTest {

  @TempDir Path directory;
  private final List<String> read = new ArrayList<>();

  @Test
  void lines_are_added_and_read_by_the_next_run() throws IOException {
    Path path = directory.resolve("out");
    try (AppendFile file = open(path)) {
      file.append(List.of(Bytes.utf8("{\"id\":\"a\"}"), Bytes.utf8("{\"id\":\"b\"}")));
    }
    try (AppendFile file = open(path)) {
      file.append(List.of(Bytes.utf8("{\"id\":\"c\"}")));
    }
    assertThat(read).containsExactly("{\"id\":\"a\"}", "{\"id\":\"b\"}");
    assertThat(path).hasContent("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n");
  }

  @Test
  void a_torn_last_line_is_cut_off() throws IOException {
    Path path = Files.writeString(directory.resolve("out"), "{\"id\":\"a\"}\n{\"id\":\"b\",\"pay");
    try (AppendFile file = open(path)) {
      file.append(List.of(Bytes.utf8("{\"id\":\"c\"}")));
    }
    assertThat(read).containsExactly("{\"id\":\"a\"}");
    assertThat(path).hasContent("{\"id\":\"a\"}\n{\"id\":\"c\"}\n");
  }

  @Test
  void zeros_that_a_power_failure_left_are_cut_off() throws IOException {
    Path path = Files.writeString(directory.resolve("out"), "{\"id\":\"a\"}\n\0\0\0\0");
    try (AppendFile file = open(path)) {
      file.append(List.of());
    }
    assertThat(path).hasContent("{\"id\":\"a\"}\n");
  }

  @Test
  void line_breaks_within_a_result_become_spaces() throws IOException {
    Path path = directory.resolve("out");
    try (AppendFile file = open(path)) {
      file.append(List.of(Bytes.utf8("{\n  \"id\": \"a\",\r\n  \"b\": \"\\n\"\n}")));
    }
    assertThat(path).hasContent("{   \"id\": \"a\",    \"b\": \"\\n\" }\n");
  }

  @Test
  void lines_longer_than_the_buffer_are_written_whole() throws IOException {
    Path path = directory.resolve("out");
    String text = "{\"id\":\"" + "x".repeat(200_000) + "\"}";
    try (AppendFile file = open(path)) {
      file.append(List.of(Bytes.utf8(text), Bytes.utf8(text)));
    }
    assertThat(path).hasContent(text + "\n" + text + "\n");
  }

  @Test
  void somebody_elses_file_is_left_as_it_is() throws IOException {
    for (String text : List.of("hello\n", "hello", "{\"id\":\"a\"}\nhello\n")) {
      Path path = Files.writeString(directory.resolve("out"), text);
      assertThatThrownBy(() -> open(path))
          .isInstanceOf(AppendFile.ForeignFileException.class)
          .hasMessageContaining("was not written by this program");
      assertThat(path).hasContent(text);
    }
  }

  @Test
  void a_file_is_one_runs_at_a_time() throws IOException {
    Path path = directory.resolve("out");
    try (AppendFile file = open(path)) {
      assertThatThrownBy(() -> open(path)).isInstanceOf(AppendFile.FileInUseException.class);
      file.append(List.of(Bytes.utf8("{\"id\":\"a\"}")));
    }
    try (AppendFile file = open(path)) {
      file.append(List.of());
    }
  }

  @Test
  void an_interrupt_does_not_keep_it_from_writing() throws IOException {
    Path path = directory.resolve("out");
    try (AppendFile file = open(path)) {
      Thread.currentThread().interrupt();
      file.append(List.of(Bytes.utf8("{\"id\":\"a\"}")));
      assertThat(Thread.interrupted()).isTrue();
      file.append(List.of(Bytes.utf8("{\"id\":\"b\"}")));
    }
    assertThat(path).hasContent("{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
  }

  private AppendFile open(Path path) throws IOException {
    read.clear();
    return AppendFile.open(
        path,
        line -> {
          read.add(line.toUtf8());
          return JsonLines.answeredId(line).isPresent();
        });
  }
}
