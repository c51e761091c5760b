package io.batchprocessor.examples.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress: one line that is written over and over on a terminal, a new line every few
 * seconds where there is none. Not for use by several threads.
 */
public final class ProgressLine implements AutoCloseable {

  private static final int COLUMNS = 79;
  private static final int MAX_BAR = 24;
  private static final int MIN_BAR = 6;
  private static final long TERMINAL_STEP_NANOS = Duration.ofMillis(100).toNanos();
  private static final long PLAIN_STEP_NANOS = Duration.ofSeconds(2).toNanos();

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier ticker;
  private final Pace pace = new Pace();
  private @Nullable Progress last;
  private long lastNanos;
  private int lastLength;

  ProgressLine(PrintStream out, boolean terminal, LongSupplier ticker) {
    this.out = out;
    this.terminal = terminal;
    this.ticker = ticker;
  }

  /** Progress on {@code out}, which is taken for a terminal if this process has one. */
  public static ProgressLine on(PrintStream out) {
    return new ProgressLine(out, Terminal.isThere(), System::nanoTime);
  }

  /** Shows it, unless something was shown a moment ago. May be called as often as is handy. */
  public void show(Progress progress) {
    long now = ticker.getAsLong();
    pace.sample(now, progress.finished());
    long step = terminal ? TERMINAL_STEP_NANOS : PLAIN_STEP_NANOS;
    if (last == null && !terminal) {
      // Nothing has happened yet that is worth a line that stays.
      lastNanos = now;
    } else if (last == null || now - lastNanos >= step) {
      write(progress, now);
      lastNanos = now;
    }
    last = progress;
  }

  /** Shows the last of it, and leaves the line. */
  @Override
  public void close() {
    if (last != null) {
      write(last, ticker.getAsLong());
      if (terminal) {
        out.println();
      }
      out.flush();
    }
  }

  private void write(Progress progress, long now) {
    String text = text(progress, pace.perSecond(now, progress.finished()));
    if (terminal) {
      // What a longer line left behind is written over, not erased first: so nothing flickers.
      out.print("\r" + text + " ".repeat(Math.max(0, lastLength - text.length())));
      lastLength = text.length();
    } else {
      out.println(text);
    }
    out.flush();
  }

  private String text(Progress progress, double perSecond) {
    int digits = Long.toString(progress.total()).length();
    String numbers =
        String.format(
            Locale.ROOT,
            "%3d%%  %" + digits + "d/%d  %s/s  in flight %-4d retry %-4d %s",
            (int) (100 * progress.share()),
            progress.done(),
            progress.total(),
            rate(perSecond),
            progress.inFlight(),
            progress.waiting(),
            eta(progress, perSecond));
    int bar = Math.min(MAX_BAR, COLUMNS - numbers.length() - 3);
    return bar < MIN_BAR ? numbers : bar(progress.share(), bar) + " " + numbers;
  }

  private static String bar(double share, int width) {
    int full = (int) (share * width);
    return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 99.95 ? "%6.1f" : "%6.0f", perSecond);
  }

  private static String eta(Progress progress, double perSecond) {
    long left = progress.total() - progress.done();
    if (left <= 0) {
      return "done     ";
    }
    return perSecond <= 0 ? "ETA --:--" : "ETA " + clock(Math.round(left / perSecond));
  }

  /** Minutes and seconds, or hours and minutes. */
  private static String clock(long seconds) {
    return seconds < 3600
        ? "%2d:%02d".formatted(seconds / 60, seconds % 60)
        : "%dh%02dm".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
