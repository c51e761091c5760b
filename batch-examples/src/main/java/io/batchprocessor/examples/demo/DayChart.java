package io.batchprocessor.examples.demo;

import io.batchprocessor.examples.console.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows who is in the engine as time goes on, a line for each part of a second: live requests, and
 * beside them batch requests, each a character wide, in the mean of that time. On a terminal the
 * last line grows as it goes. Not for use by several threads.
 */
final class DayChart implements AutoCloseable {

  private static final String BLOCKS = "█░";
  private static final String ASCII = "#.";
  private static final int MOST = 44;
  private static final long ROW_NANOS = Duration.ofMillis(750).toNanos();
  private static final long REFRESH_NANOS = Duration.ofMillis(150).toNanos();

  private final PrintStream out;
  private final boolean terminal;
  private final String signs;
  private final int total;
  private final LongSupplier ticker;
  private final long startNanos;
  private long rowNanos;
  private long shownNanos;
  private long live;
  private long batch;
  private int samples;
  private int done;

  DayChart(PrintStream out, int total, boolean terminal, boolean blocks, LongSupplier ticker) {
    this.out = out;
    this.total = total;
    this.terminal = terminal;
    this.signs = blocks ? BLOCKS : ASCII;
    this.ticker = ticker;
    startNanos = ticker.getAsLong();
    rowNanos = startNanos;
    shownNanos = startNanos;
  }

  /**
   * A chart with its head.
   *
   * @param total batch requests
   */
  static DayChart on(PrintStream out, int total) {
    boolean terminal = Terminal.isThere();
    boolean blocks = terminal && Terminal.canShow(out, BLOCKS);
    DayChart chart = new DayChart(out, total, terminal, blocks, System::nanoTime);
    chart.head();
    return chart;
  }

  void head() {
    String key = "in flight: %c live, %c batch".formatted(signs.charAt(0), signs.charAt(1));
    out.println(line("time", key, "live", "batch", "results"));
    out.flush();
  }

  /** How it is now: requests in flight, and batch requests that have their result. */
  void sample(int liveNow, int batchNow, int doneNow) {
    live += liveNow;
    batch += batchNow;
    samples++;
    done = doneNow;
    long now = ticker.getAsLong();
    if (now - rowNanos >= ROW_NANOS) {
      endRow(now);
    } else if (terminal && now - shownNanos >= REFRESH_NANOS) {
      shownNanos = now;
      out.print("\r" + row(now));
      out.flush();
    }
  }

  /** Shows the last of it. */
  @Override
  public void close() {
    if (samples > 0) {
      endRow(ticker.getAsLong());
    }
  }

  private void endRow(long now) {
    out.println((terminal ? "\r" : "") + row(now));
    out.flush();
    rowNanos = now;
    shownNanos = now;
    live = 0;
    batch = 0;
    samples = 0;
  }

  private String row(long now) {
    double liveMean = (double) live / samples;
    double batchMean = (double) batch / samples;
    int liveWide = (int) Math.min(MOST, Math.round(liveMean));
    int batchWide = (int) Math.min(MOST - liveWide, Math.round(batchMean));
    String bar = signs.substring(0, 1).repeat(liveWide) + signs.substring(1).repeat(batchWide);
    return line(
        String.format(Locale.ROOT, "%.1fs", (now - startNanos) / 1e9),
        bar,
        Long.toString(Math.round(liveMean)),
        Long.toString(Math.round(batchMean)),
        done + "/" + total);
  }

  private static String line(String time, String bar, String live, String batch, String results) {
    return String.format("%6s  %-" + MOST + "s  %4s  %5s  %7s", time, bar, live, batch, results);
  }
}
