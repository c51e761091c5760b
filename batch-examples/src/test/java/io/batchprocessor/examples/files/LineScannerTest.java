package io.batchprocessor.examples.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineScannerTest {

  @TempDir Path directory;

  @Test
  void finds_each_line_with_its_number_and_place() throws IOException {
    assertThat(spans("ab\nc\n")).containsExactly(new Span(1, 0, 2, true), new Span(2, 3, 1, true));
  }

  @Test
  void blank_lines_are_passed_over_and_counted() throws IOException {
    assertThat(spans("\n \t\r\nx\n\n")).containsExactly(new Span(3, 5, 1, true));
  }

  @Test
  void a_last_line_without_a_line_break_is_a_line() throws IOException {
    assertThat(spans("a\nbc")).containsExactly(new Span(1, 0, 1, true), new Span(2, 2, 2, false));
  }

  @Test
  void an_empty_file_has_no_lines() throws IOException {
    assertThat(spans("")).isEmpty();
  }

  @Test
  void lines_longer_than_the_buffer_are_found_whole() throws IOException {
    String longLine = "x".repeat(700_001);
    List<Span> spans = spans(longLine + "\n" + longLine + "\nend\n");

    assertThat(spans)
        .containsExactly(
            new Span(1, 0, 700_001, true),
            new Span(2, 700_002, 700_001, true),
            new Span(3, 1_400_004, 3, true));
  }

  @Test
  void a_line_can_be_read_by_its_place_up_to_a_limit() throws IOException {
    Path path = Files.writeString(directory.resolve("lines"), "first\nsecond\n");
    try (LineFile file = LineFile.open(path)) {
      assertThat(file.read(new Span(2, 6, 6, true), 100).toUtf8()).isEqualTo("second");
      assertThat(file.read(new Span(2, 6, 6, true), 3).toUtf8()).isEqualTo("sec");
    }
  }

  private List<Span> spans(String text) throws IOException {
    Path path = Files.writeString(directory.resolve("lines"), text);
    List<Span> spans = new ArrayList<>();
    try (LineFile file = LineFile.open(path)) {
      LineScanner scanner = file.scan();
      for (Span span = scanner.next(); span != null; span = scanner.next()) {
        spans.add(span);
      }
      assertThat(file.count()).isEqualTo(spans.size());
    }
    return spans;
  }
}
