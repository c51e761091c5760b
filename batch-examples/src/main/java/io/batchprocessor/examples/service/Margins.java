package io.batchprocessor.examples.service;

import java.time.Duration;
import java.time.InstantSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The time that was left until the deadline when requests ended, over the last one to two minutes:
 * one histogram a minute, of which the last two are looked at.
 */
final class Margins {

  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final long HIGHEST_MILLIS = Duration.ofDays(30).toMillis();

  private final InstantSource clock;
  private Slice current;
  private Slice previous;

  /** Margins of one minute; what was late counts apart, a histogram knows nothing below zero. */
  private static final class Slice {
    final long minute;
    final Histogram millis = new ConcurrentHistogram(HIGHEST_MILLIS, 2);
    long late;

    Slice(long minute) {
      this.minute = minute;
    }
  }

  /**
   * What they show.
   *
   * @param count requests that ended in time
   * @param late requests that ended after their deadline
   * @param leastMillis the smallest margin of those in time; 0 if there are none
   * @param medianMillis half of them had more
   */
  record Summary(long count, long late, long leastMillis, long medianMillis) {}

  Margins(InstantSource clock) {
    this.clock = clock;
    this.current = new Slice(minute());
    this.previous = new Slice(minute() - 1);
  }

  synchronized void add(Duration left) {
    turn();
    if (left.isNegative()) {
      current.late++;
    } else {
      current.millis.recordValue(
          left.compareTo(Duration.ofDays(30)) < 0 ? left.toMillis() : HIGHEST_MILLIS);
    }
  }

  synchronized Summary summary() {
    turn();
    Histogram both = current.millis.copy();
    both.add(previous.millis);
    long count = both.getTotalCount();
    return new Summary(
        count,
        current.late + previous.late,
        count == 0 ? 0 : both.getMinValue(),
        count == 0 ? 0 : both.getValueAtPercentile(50));
  }

  private void turn() {
    long now = minute();
    if (now != current.minute) {
      previous = now == current.minute + 1 ? current : new Slice(now - 1);
      current = new Slice(now);
    }
  }

  private long minute() {
    return clock.millis() / MINUTE;
  }
}
