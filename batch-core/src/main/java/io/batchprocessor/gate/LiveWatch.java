package io.batchprocessor.gate;

import org.jspecify.annotations.Nullable;

/**
 * What one reading of live traffic after the other tells: how much of it is in the engine, how long
 * a step takes, what came in between. Not thread-safe.
 */
final class LiveWatch {

  private static final double STEP_MEMORY_SECONDS = 3;

  private @Nullable LiveMetrics before;
  private @Nullable LiveMetrics last;
  private long firstNanos;
  private double live;
  private double stepSeconds;

  /** Whether this was not seen yet. */
  boolean isNew(LiveMetrics reading) {
    return last == null || reading.takenNanos() != last.takenNanos();
  }

  /** A new reading came while so many of ours were in flight. */
  void saw(LiveMetrics reading, int ours) {
    before = last;
    last = reading;
    firstNanos = before == null ? reading.takenNanos() : firstNanos;
    live = Math.max(0, reading.inEngine() - (reading.liveOnly() ? 0 : ours));
    LatencyCounts tokens = added(reading.itl(), before == null ? null : before.itl());
    if (tokens != null && tokens.count() > 0) {
      // The mean time from token to token is that of a step.
      double weight = 1 - Math.exp(-seconds() / STEP_MEMORY_SECONDS);
      stepSeconds += weight * (tokens.mean() - stepSeconds);
    }
  }

  /** For how long live traffic has been watched, in nanoseconds; negative before the first. */
  long watchedNanos() {
    return last == null ? -1 : last.takenNanos() - firstNanos;
  }

  /** Between the last two readings. */
  double seconds() {
    return before == null || last == null ? 0 : (last.takenNanos() - before.takenNanos()) / 1e9;
  }

  /** Live requests in the engine. */
  double live() {
    return live;
  }

  /** How long a step of the engine takes lately; 0 while that is not known. */
  double stepSeconds() {
    return stepSeconds;
  }

  /** Live requests that had their first token between the last two readings. */
  double requests() {
    return before == null || last == null ? 0 : count(added(last.ttft(), before.ttft()));
  }

  /** Live tokens after the first between the last two readings. */
  double tokens() {
    return before == null || last == null ? 0 : count(added(last.itl(), before.itl()));
  }

  private static @Nullable LatencyCounts added(
      @Nullable LatencyCounts now, @Nullable LatencyCounts earlier) {
    return now == null || earlier == null ? null : now.minus(earlier);
  }

  private static double count(@Nullable LatencyCounts added) {
    return added == null ? 0 : added.count();
  }
}
