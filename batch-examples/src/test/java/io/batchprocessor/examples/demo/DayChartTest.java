package io.batchprocessor.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DayChartTest {

  private static final long MILLI = 1_000_000L;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
  private long nanos;

  @Test
  void a_line_shows_live_and_batch_requests_in_the_mean_of_its_time() {
    try (DayChart chart = chart(false, false)) {
      sample(chart, 2, 8, 0);
      sample(chart, 4, 6, 1);
      nanos += 700 * MILLI;
      sample(chart, 6, 4, 3);
      sample(chart, 20, 0, 7);
    }

    assertThat(lines())
        .containsExactly(
            "  time  " + wide("in flight: # live, . batch") + "  live  batch  results",
            "  0.8s  " + wide("####......") + "     4      6    3/290",
            "  0.8s  " + wide("####################") + "    20      0    7/290");
  }

  @Test
  void on_a_terminal_the_last_line_grows() {
    try (DayChart chart = chart(true, true)) {
      sample(chart, 1, 1, 0);
      nanos += 200 * MILLI;
      sample(chart, 3, 1, 0);
    }

    assertThat(text().split("\r"))
        .hasSize(3)
        .satisfies(parts -> assertThat(parts[1]).startsWith("  0.3s  ██░ "))
        .satisfies(parts -> assertThat(parts[2]).endsWith("0/290" + System.lineSeparator()));
  }

  @Test
  void more_than_there_is_room_for_is_cut_in_the_bar_and_told_in_numbers() {
    try (DayChart chart = chart(false, false)) {
      sample(chart, 40, 60, 290);
    }

    assertThat(lines().get(1))
        .contains("#".repeat(40) + "....  ")
        .contains("   40     60  290/290");
    assertThat(lines()).allMatch(line -> line.length() < 80);
  }

  private static String wide(String bar) {
    return bar + " ".repeat(44 - bar.length());
  }

  private DayChart chart(boolean terminal, boolean blocks) {
    DayChart chart = new DayChart(out, 290, terminal, blocks, () -> nanos);
    chart.head();
    return chart;
  }

  private void sample(DayChart chart, int live, int batch, int done) {
    nanos += 25 * MILLI;
    chart.sample(live, batch, done);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private List<String> lines() {
    return text().lines().toList();
  }
}
