package io.batchprocessor.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which rules one subject keeps, as a page of Markdown. */
final class ReportPage {

  private final String subject;
  private final Map<Integer, Row> rows = new TreeMap<>();

  ReportPage(String subject) {
    this.subject = subject;
  }

  /** How a rule's test ended; the worst first. */
  enum Outcome {
    FAILED,
    PASSED,
    SKIPPED
  }

  private static final class Row {
    final String sentence;
    final Map<Outcome, Set<String>> outcomes = new EnumMap<>(Outcome.class);

    Row(String sentence) {
      this.sentence = sentence;
    }

    Outcome outcome() {
      return outcomes.keySet().iterator().next();
    }

    /** A rule that is tested on several queues has failed if one failed. */
    String text() {
      Set<String> reasons = new TreeSet<>();
      outcomes.values().forEach(reasons::addAll);
      reasons.remove("");
      String why = String.join("; ", reasons);
      return switch (outcome()) {
        case FAILED -> "**failed**";
        case PASSED -> why.isEmpty() ? "passed" : "passed, in part (" + why + ")";
        case SKIPPED -> "skipped: " + why;
      };
    }
  }

  synchronized void add(RuleName rule, Outcome outcome, String reason) {
    rows.computeIfAbsent(rule.number(), number -> new Row(rule.sentence()))
        .outcomes
        .computeIfAbsent(outcome, key -> new TreeSet<>())
        .add(reason.replaceFirst("rule \\d+ skipped: ", ""));
  }

  synchronized void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text());
  }

  synchronized String text() {
    StringBuilder page = new StringBuilder();
    page.append(
        "# Adapter kit: %s%n%nRules passed: %d, skipped: %d, failed: %d.%n%n"
            .formatted(
                subject, count(Outcome.PASSED), count(Outcome.SKIPPED), count(Outcome.FAILED)));
    page.append("| Rule | What it asks for | Outcome |%n|---|---|---|%n".formatted());
    rows.forEach(
        (number, row) ->
            page.append(
                "| %d | %s | %s |%n"
                    .formatted(number, row.sentence, row.text().replace("|", "\\|"))));
    return page.toString();
  }

  private long count(Outcome outcome) {
    return rows.values().stream().filter(row -> row.outcome() == outcome).count();
  }
}
