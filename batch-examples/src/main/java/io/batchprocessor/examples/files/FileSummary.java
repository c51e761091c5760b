package io.batchprocessor.examples.files;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** What a run over a file says at its end. */
record FileSummary(Tally tally, Path output, Duration took) {

  void print(PrintStream out) {
    double seconds = took.toNanos() / 1e9;
    long now = tally.succeeded() + tally.failed();
    out.println();
    row(out, "lines", tally.total(), "");
    if (tally.before() > 0) {
      row(out, "  done before", tally.before(), "by earlier runs");
    }
    row(out, "  answered", tally.succeeded(), "");
    row(out, "  errors", tally.failed(), tally.failed() == 0 ? "" : "error results");
    String rejected = output.getFileName() + ".rejected";
    if (tally.rejected() > 0) {
      row(out, "  rejected", tally.rejected(), "no id: see " + rejected);
    }
    if (tally.duplicates() > 0) {
      row(out, "  duplicates", tally.duplicates(), "of an id, asked once: see " + rejected);
    }
    if (tally.done() < tally.total()) {
      row(out, "  left", tally.total() - tally.done(), "the same command goes on");
    }
    out.printf(
        Locale.ROOT,
        "%n  took %.1f s, %.1f results/s; results are in %s%n",
        seconds,
        now / seconds,
        output);
  }

  private static void row(PrintStream out, String name, long count, String meaning) {
    out.println(
        String.format(Locale.ROOT, "  %-14s %10d   %s", name, count, meaning).stripTrailing());
  }
}
