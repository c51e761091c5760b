package io.batchprocessor.examples.demo;

import io.batchprocessor.Stats;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What the demonstration says at its end. */
record Summary(ResultTally results, Stats stats, LatencyListener latencies, Duration took) {

  void print(PrintStream out) {
    out.println();
    row(out, "results", results.total(), "one for each request");
    row(
        out,
        "  answered",
        results.answered(),
        "%d at once, %d after retries"
            .formatted(results.inOneAttempt(), results.answered() - results.inOneAttempt()));
    results
        .errors()
        .forEach(
            (code, count) ->
                row(
                    out,
                    "  " + code.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    count,
                    "an error result that says why"));
    row(out, "attempts", stats.dispatched(), "requests sent to the gateway");
    row(out, "  shed", stats.shed(), "429: sent again after Retry-After");
    row(
        out,
        "  failed",
        stats.dispatched() - stats.shed() - results.answered(),
        "500, injected: sent again after a backoff");
    double seconds = took.toNanos() / 1e9;
    out.printf(Locale.ROOT, "%n  %-20s %8.1f s%n", "took", seconds);
    out.printf(Locale.ROOT, "  %-20s %8.1f /s%n", "throughput", results.total() / seconds);
    out.printf(
        Locale.ROOT,
        "  %-20s %8.2f s    p99 %.2f s%n",
        "gateway latency p50",
        latencies.percentile(50).toNanos() / 1e9,
        latencies.percentile(99).toNanos() / 1e9);
  }

  private static void row(PrintStream out, String name, long count, String meaning) {
    out.printf(Locale.ROOT, "  %-20s %8d   %s%n", name, count, meaning);
  }
}
