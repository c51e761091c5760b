package io.batchprocessor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong();

  @Test
  void on_a_terminal_one_line_is_written_over() {
    try (ProgressLine line = line(true)) {
      line.show(progress(0, 0));
      later(Duration.ofSeconds(2));
      line.show(progress(50, 12));
      later(Duration.ofSeconds(2));
      line.show(progress(100, 0));
    }
    assertThat(text().split("\n", -1)).hasSize(2);
    assertThat(text().split("\r", -1)).hasSize(5);
    assertThat(text()).contains(" 50%   50/100    25.0/s  in flight 3    retry 12   ETA  0:02");
  }

  @Test
  void without_a_terminal_there_is_a_line_every_two_seconds_and_one_at_the_end() {
    try (ProgressLine line = line(false)) {
      for (int done = 0; done <= 100; done++) {
        line.show(progress(done, 0));
        later(Duration.ofMillis(50));
      }
    }
    assertThat(text()).doesNotContain("\r");
    assertThat(text().lines()).hasSize(3);
    assertThat(text().lines().toList().get(2))
        .startsWith("[################")
        .contains("100%  100/100");
  }

  @Test
  void a_shorter_text_leaves_nothing_of_a_longer_one() {
    try (ProgressLine line = line(true)) {
      line.show(new Progress(1, 1_000_000, 1, 10_000, 100_000));
      later(Duration.ofSeconds(1));
      line.show(new Progress(2, 1_000_000, 2, 1, 1));
    }
    String[] writes = text().stripTrailing().split("\r", -1);
    assertThat(writes[2].length()).isGreaterThanOrEqualTo(writes[1].length() - 1);
  }

  @Test
  void every_line_fits_into_80_columns() {
    try (ProgressLine line = line(false)) {
      line.show(new Progress(0, 100_000_000, 0, 10_000, 9_999));
      later(Duration.ofSeconds(3));
      line.show(new Progress(50_000_000, 100_000_000, 50_000_000, 10_000, 9_999));
      later(Duration.ofSeconds(3));
      line.show(new Progress(1, 9, 1, 1, 1));
    }
    assertThat(text().lines()).allMatch(each -> each.length() < 80);
  }

  @Test
  void the_pace_counts_what_this_run_did_not_what_it_found_done() {
    try (ProgressLine line = line(true)) {
      line.show(new Progress(900, 1_000, 0, 8, 0));
      later(Duration.ofSeconds(1));
      line.show(new Progress(910, 1_000, 10, 8, 0));
    }
    assertThat(text()).contains(" 91%   910/1000    10.0/s").contains("ETA  0:09");
  }

  private Progress progress(long done, long waiting) {
    return new Progress(done, 100, done, 3, waiting);
  }

  private void later(Duration duration) {
    now.addAndGet(duration.toNanos());
  }

  private ProgressLine line(boolean terminal) {
    return new ProgressLine(new PrintStream(out, true, StandardCharsets.UTF_8), terminal, now::get);
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
