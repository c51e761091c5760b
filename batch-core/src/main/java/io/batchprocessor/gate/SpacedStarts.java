package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Permit;
import java.time.Duration;
import java.util.function.ObjLongConsumer;

/**
 * What is in flight through a gate that spaces its starts, and what of it is thrown away. Guarded
 * by that gate.
 */
final class SpacedStarts {

  private final Object gate;
  private final WasteBudget waste;
  private int inFlight;
  private long lastNanos;

  /**
   * Nothing in flight, and nothing started for a long time.
   *
   * @param gate whose lock guards this
   * @param share of the work that may be thrown away, from 0 to 1
   */
  SpacedStarts(Object gate, double share, long nowNanos) {
    this.gate = gate;
    this.waste = new WasteBudget(share);
    this.lastNanos = nowNanos - Duration.ofDays(1).toNanos();
  }

  int inFlight() {
    return inFlight;
  }

  /** How long until the next may start, if they start so far apart; none at all is negative. */
  long leftNanos(long spacingNanos, long nowNanos) {
    return lastNanos + spacingNanos - nowNanos;
  }

  /**
   * One starts.
   *
   * @param ended told with the gate locked, when it is no more in flight, how it ended and when it
   *     had started
   */
  Permit start(long nowNanos, ObjLongConsumer<AttemptOutcome> ended) {
    Started started = new Started(nowNanos, lastNanos, ended);
    inFlight++;
    waste.started(nowNanos);
    lastNanos = nowNanos;
    return started;
  }

  /** How many of the newest, at most {@code wanted}, may be taken back now. */
  int affordable(int wanted, long nowNanos) {
    return waste.affordable(wanted, nowNanos);
  }

  /** The share of all work that was thrown away, from 0 to 1. */
  double wastedShare() {
    return waste.wastedShare();
  }

  private final class Started implements Permit {
    private final long nanos;
    private final long beforeNanos;
    private final ObjLongConsumer<AttemptOutcome> ended;

    Started(long nanos, long beforeNanos, ObjLongConsumer<AttemptOutcome> ended) {
      this.nanos = nanos;
      this.beforeNanos = beforeNanos;
      this.ended = ended;
    }

    @Override
    public void release(AttemptOutcome outcome) {
      synchronized (gate) {
        inFlight--;
        waste.ended(outcome);
        ended.accept(outcome, nanos);
      }
    }

    /** The next may start as if this one had not. */
    @Override
    public void returnUnused() {
      synchronized (gate) {
        inFlight--;
        waste.returned();
        lastNanos = lastNanos == nanos ? beforeNanos : lastNanos;
      }
    }
  }
}
