package io.batchprocessor.gate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one reading of live traffic after the other tells: how much of it is in the engine, how long
 * a step takes, what came in between. Not thread-safe.
 */
final class LiveWatch {

  private static final double STEP_MEMORY_SECONDS = 3;

  private final long longestNanos;
  private @Nullable LiveMetrics before;
  private @Nullable LiveMetrics last;
  private double live;
  private double stepSeconds;

  /**
   * A watch.
   *
   * @param longest readings further apart than that have nothing to do with each other
   */
  LiveWatch(Duration longest) {
    longestNanos = longest.toNanos();
  }

  /** Whether this was not seen yet. */
  boolean isNew(LiveMetrics reading) {
    return last == null || reading.takenNanos() != last.takenNanos();
  }

  /** A new reading came while so many of ours were in flight; after a long gap it is a first. */
  void saw(LiveMetrics reading, int ours) {
    before = last == null || reading.takenNanos() - last.takenNanos() > longestNanos ? null : last;
    last = reading;
    live = Math.max(0, reading.inEngine() - (reading.liveOnly() ? 0 : ours));
    LatencyCounts tokens = itl();
    if (tokens != null && tokens.count() > 0) {
      // The mean time from token to token is that of a step.
      double weight = 1 - Math.exp(-seconds() / STEP_MEMORY_SECONDS);
      stepSeconds += weight * (tokens.mean() - stepSeconds);
    }
  }

  /** Whether there was a reading. */
  boolean hasBegun() {
    return last != null;
  }

  /** Between the last two readings; 0 after the first. */
  long nanos() {
    return before == null || last == null ? 0 : last.takenNanos() - before.takenNanos();
  }

  /** The same in seconds. */
  double seconds() {
    return nanos() / 1e9;
  }

  /** Live requests in the engine. */
  double live() {
    return live;
  }

  /** How long a step of the engine takes lately; 0 while that is not known. */
  double stepSeconds() {
    return stepSeconds;
  }

  /** Times to first token between the last two readings; null if that is not known. */
  @Nullable LatencyCounts ttft() {
    return before == null || last == null ? null : added(last.ttft(), before.ttft());
  }

  /** Times from token to token between the last two readings; null if that is not known. */
  @Nullable LatencyCounts itl() {
    return before == null || last == null ? null : added(last.itl(), before.itl());
  }

  /** Live requests that had their first token between the last two readings. */
  double requests() {
    return count(ttft());
  }

  /** Live tokens after the first between the last two readings. */
  double tokens() {
    return count(itl());
  }

  /**
   * Whether nothing live came, nor went on, between the last two readings. Where the engine's count
   * has ours in it, tokens have to tell: what of ours ended meanwhile would pass for live.
   */
  boolean isQuiet() {
    boolean empty = last == null || !last.liveOnly() || live == 0;
    return empty && requests() == 0 && tokens() == 0;
  }

  private static @Nullable LatencyCounts added(
      @Nullable LatencyCounts now, @Nullable LatencyCounts earlier) {
    return now == null || earlier == null ? null : now.minus(earlier);
  }

  private static double count(@Nullable LatencyCounts added) {
    return added == null ? 0 : added.count();
  }
}
