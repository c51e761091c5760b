package io.batchprocessor.examples.demo;

import io.batchprocessor.examples.traffic.LiveAnswer;
import io.batchprocessor.examples.traffic.LiveTraffic;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What the demonstration says of live traffic at its end.
 *
 * @param beside the live traffic that shared its gateway with batch
 * @param alone the same, that shared it with nobody
 * @param cracks what was in flight at the same time
 * @param batchTokens tokens of batch answers
 * @param allTokens tokens that the shared gateway generated
 */
record LiveSummary(
    LiveTraffic beside, LiveTraffic alone, Cracks cracks, long batchTokens, long allTokens) {

  private static final double NOT_LATE_MILLIS = 100;

  void print(PrintStream out) {
    int answered = beside.answers().size();
    out.printf(
        Locale.ROOT,
        "%n  %-20s %8d   of %d answered%n",
        "live requests",
        answered,
        answered + beside.failed());
    out.printf(
        Locale.ROOT,
        "  %-20s %8.1f ms beside batch, %.1f ms without%n",
        "first token, p99",
        nanos(beside, LiveAnswer::ttftNanos) / 1e6,
        nanos(alone, LiveAnswer::ttftNanos) / 1e6);
    out.printf(
        Locale.ROOT,
        "  %-20s %8.1f   in the quietest third, %.1f in the busiest%n",
        "batch in flight",
        cracks.quietThird(),
        cracks.busyThird());
    out.printf(
        Locale.ROOT,
        "  %-20s %8d   %.0f %% of what the gateway generated%n",
        "batch tokens",
        batchTokens,
        100.0 * batchTokens / allTokens);
    double late = nanos(beside, LiveAnswer::lateNanos) / 1e6;
    if (late > NOT_LATE_MILLIS) {
      out.printf(
          Locale.ROOT,
          "  %-20s %8.0f ms p99: this machine was too busy to keep live traffic's pace%n",
          "live sent late",
          late);
    }
  }

  /** The 99th percentile by nearest rank; 0 if nothing was answered. */
  private static long nanos(LiveTraffic traffic, ToLongFunction<LiveAnswer> what) {
    long[] sorted = traffic.answers().stream().mapToLong(what).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
  }
}
