package io.batchprocessor.examples.harvest;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Both forms of the benchmark beside each other, as a table in Markdown.
 *
 * @param load average of the machine at the end
 * @param rows of which the first is live traffic alone
 */
record FormsTable(Scenario scenario, double load, List<Row> rows) {

  /**
   * One contender.
   *
   * @param virtual in virtual time
   * @param late the same with arrivals that are late by chance: how far chance goes
   * @param arrived the same with arrivals as the engine had them in real time
   * @param real in real time
   */
  record Row(
      String name,
      RunResult virtual,
      List<RunResult> late,
      RunResult arrived,
      RealTimeResult real) {}

  String text() {
    Row alone = rows.get(0);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d s of live traffic alone, then %d s measured; seed %d; load average %.1f on %d"
                + " processors%nlive alone TTFT p99: virtual %.0f ms, with arrivals as in real"
                + " time %.0f ms, real %.0f ms%n%n",
            scenario,
            Duration.ofNanos(scenario.warmUpNanos()).toSeconds(),
            Duration.ofNanos(scenario.measuredNanos()).toSeconds(),
            scenario.seed(),
            load,
            Runtime.getRuntime().availableProcessors(),
            alone.virtual().ttftP99Nanos() / 1e6,
            alone.arrived().ttftP99Nanos() / 1e6,
            alone.real().ttftP99Nanos() / 1e6));
    text.append("| contender | TTFT p99 ×: virtual | by chance | as arrived | real | difference |");
    text.append(" batch tokens/s: virtual | by chance | as arrived | real | difference |");
    text.append(" live answered | sent late | outside |\n");
    text.append("| --- ".repeat(14)).append("|\n");
    rows.forEach(row -> text.append(line(row, alone)));
    return text.toString();
  }

  private static String line(Row row, Row alone) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %d of %d | %.1f ms | %.1f ms |%n",
        row.name(),
        columns(
            "%.2f",
            row,
            result -> (double) result.ttftP99Nanos() / alone.virtual().ttftP99Nanos(),
            (double) row.arrived().ttftP99Nanos() / alone.arrived().ttftP99Nanos(),
            (double) row.real().ttftP99Nanos() / alone.real().ttftP99Nanos()),
        columns(
            "%.0f",
            row,
            RunResult::batchTokensPerSecond,
            row.arrived().batchTokensPerSecond(),
            row.real().batchTokensPerSecond()),
        row.real().arrived().size(),
        row.real().arrived().size() + row.real().liveUnanswered(),
        row.real().lateP99Nanos() / 1e6,
        row.real().outsideP99Nanos() / 1e6);
  }

  private static String columns(
      String format, Row row, ToDoubleFunction<RunResult> value, double arrived, double real) {
    double virtual = value.applyAsDouble(row.virtual());
    double least = row.late().stream().mapToDouble(value).min().orElse(virtual);
    double most = row.late().stream().mapToDouble(value).max().orElse(virtual);
    String difference =
        virtual == 0 ? "" : String.format(Locale.ROOT, "%+.0f %%", 100 * (real / virtual - 1));
    return String.format(
        Locale.ROOT,
        String.join(" | ", format, format + " to " + format, format, format, "%s"),
        virtual,
        least,
        most,
        arrived,
        real,
        difference);
  }
}
