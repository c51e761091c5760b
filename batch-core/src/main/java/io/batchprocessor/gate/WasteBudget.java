package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Bounds what may be thrown away by taking requests back: a share of the work that was brought
 * home, both counted in seconds in flight. A request that is taken back is taken to be the newest.
 * Not thread-safe.
 */
final class WasteBudget {

  static final double DEFAULT_SHARE = 0.05;

  private final double share;
  private final Deque<Long> startedNanos = new ArrayDeque<>();
  private double worked;
  private double wasted;

  /**
   * A budget with nothing in it yet.
   *
   * @param share of the work, from 0 to 1
   */
  WasteBudget(double share) {
    this.share = share;
  }

  void started(long nowNanos) {
    startedNanos.addLast(nowNanos);
  }

  /** An attempt ended: by itself, or because it was taken back. */
  void ended(AttemptOutcome outcome) {
    double seconds = outcome.latency().toNanos() / 1e9;
    if (outcome.kind() == AttemptOutcome.Kind.ABORTED) {
      startedNanos.pollLast();
      wasted += seconds;
    } else {
      startedNanos.pollFirst();
      worked += seconds;
    }
  }

  /** The newest was not sent after all. */
  void returned() {
    startedNanos.pollLast();
  }

  /** How many of the newest, at most {@code wanted}, may be taken back now. */
  int affordable(int wanted, long nowNanos) {
    double left = share * (worked + wasted) - wasted;
    int count = 0;
    for (Iterator<Long> newest = startedNanos.descendingIterator();
        newest.hasNext() && count < wanted; ) {
      left -= (nowNanos - newest.next()) / 1e9;
      if (left < 0) {
        break;
      }
      count++;
    }
    return count;
  }

  /** The share of all work that was thrown away, from 0 to 1. */
  double wastedShare() {
    return wasted == 0 ? 0 : wasted / (worked + wasted);
  }
}
