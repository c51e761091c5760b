package io.batchprocessor.examples.harvest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What every contender did in one scenario, as a table in Markdown. */
final class HarvestTable {

  /**
   * One contender.
   *
   * @param name in the table
   * @param result what it did
   */
  record Row(String name, RunResult result) {}

  private final Scenario scenario;
  private final RunResult alone;
  private final Frontier oracle;
  private final Frontier outside;
  private final List<Row> rows = new ArrayList<>();

  HarvestTable(Scenario scenario, RunResult alone, Frontier oracle, Frontier outside) {
    this.scenario = scenario;
    this.alone = alone;
    this.oracle = oracle;
    this.outside = outside;
  }

  void add(Row row) {
    rows.add(row);
  }

  String scenario() {
    return scenario.toString();
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  Frontier oracle() {
    return oracle;
  }

  Frontier outside() {
    return outside;
  }

  double factor(RunResult result) {
    return (double) result.ttftP99Nanos() / alone.ttftP99Nanos();
  }

  /** Of what the oracle harvests where live traffic feels as much, from 0. */
  double shareAtSame(RunResult result) {
    return share(result, factor(result));
  }

  /** Of what the oracle harvests at an allowance. */
  double share(RunResult result, double allowance) {
    double most = oracle.at(allowance);
    return most == 0 ? 0 : result.batchTokensPerSecond() / most;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: live alone TTFT p50 %.0f ms, p99 %.0f ms, ITL p99 %.0f ms%n%n",
            scenario,
            alone.ttftP50Nanos() / 1e6,
            alone.ttftP99Nanos() / 1e6,
            alone.itlP99Nanos() / 1e6));
    text.append(
        "| contender | TTFT p50 × | TTFT p99 × | ITL p99 × | batch tokens/s | of the oracle |"
            + " in time | attempts | thrown away |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    rows.forEach(row -> text.append(line(row)));
    for (double allowance : HarvestBenchmark.ALLOWANCES) {
      text.append(line("best from outside", allowance, outside.at(allowance)));
      text.append(line("oracle", allowance, oracle.at(allowance)));
    }
    return text.toString();
  }

  private String line(String name, double allowance, double tokensPerSecond) {
    return String.format(
        Locale.ROOT,
        "| %s at %.2f × | | %.2f | | %.0f | %.0f %% | | | |%n",
        name,
        allowance,
        allowance,
        tokensPerSecond,
        100 * tokensPerSecond / oracle.at(allowance));
  }

  private String line(Row row) {
    RunResult result = row.result();
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.2f | %.0f | %.0f %% | %.0f %% | %.2f | %.1f %% |%n",
        row.name(),
        (double) result.ttftP50Nanos() / alone.ttftP50Nanos(),
        factor(result),
        (double) result.itlP99Nanos() / alone.itlP99Nanos(),
        result.batchTokensPerSecond(),
        100 * shareAtSame(result),
        100 * result.deadlineShare(),
        result.attemptsPerFinished(),
        100 * result.thrownAwayShare());
  }

  /** Every scenario in one line for each contender that has an allowance. */
  static String summary(List<HarvestTable> tables) {
    StringBuilder text = new StringBuilder();
    text.append("| live traffic |");
    List<String> names = tables.get(0).rows.stream().map(Row::name).toList();
    List<String> shown =
        names.stream().filter(n -> n.startsWith("slo") || n.equals("adaptive")).toList();
    shown.forEach(name -> text.append(' ').append(name).append(" |"));
    for (double allowance : HarvestBenchmark.ALLOWANCES) {
      text.append(String.format(Locale.ROOT, " best from outside at %.2f × |", allowance));
    }
    int columns = shown.size() + HarvestBenchmark.ALLOWANCES.length;
    text.append("\n| --- |").append(" --- |".repeat(columns)).append('\n');
    for (HarvestTable table : tables) {
      text.append("| ").append(table.scenario).append(" |");
      for (Row row : table.rows) {
        if (shown.contains(row.name())) {
          double allowance = allowance(row.name());
          text.append(
              String.format(
                  Locale.ROOT,
                  " %.2f ×, %.0f %% |",
                  table.factor(row.result()),
                  100 * table.share(row.result(), allowance)));
        }
      }
      for (double allowance : HarvestBenchmark.ALLOWANCES) {
        double share = table.outside.at(allowance) / table.oracle.at(allowance);
        text.append(String.format(Locale.ROOT, " %.0f %% |", 100 * share));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** The aim for {@code adaptive} is 1.5; the others have theirs in their names. */
  private static double allowance(String name) {
    return Arrays.stream(HarvestBenchmark.ALLOWANCES)
        .filter(each -> name.startsWith(Contenders.slo(each, false).name()))
        .findFirst()
        .orElse(1.5);
  }
}
