package io.batchprocessor.gate;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether live traffic was seen alone for long enough, and enough of it, to say what a factor of it
 * is. What counts is the time in which nothing of ours was in flight. Not thread-safe.
 */
final class Learning {

  private static final Logger LOG = LoggerFactory.getLogger(Learning.class);

  private final long neededNanos;
  private final List<Spending> allowances;
  private long aloneNanos;
  private long endedNanos;
  private boolean told;

  /**
   * Nothing is learned yet.
   *
   * @param needed for how long live traffic is watched, if an allowance is a factor
   * @param nowNanos nothing of ours was in flight before
   */
  Learning(Duration needed, List<Spending> allowances, long nowNanos) {
    this.neededNanos =
        allowances.stream().anyMatch(each -> each.missing() > 0) ? needed.toNanos() : 0;
    this.allowances = List.copyOf(allowances);
    this.endedNanos = nowNanos;
  }

  /** A request of ours is not in flight any more. */
  void ended(long nowNanos) {
    endedNanos = nowNanos;
  }

  /** Whether live traffic was alone for the time up to a reading, while ours are in flight now. */
  boolean isAlone(long takenNanos, long forNanos, int inFlight) {
    return inFlight == 0 && endedNanos - (takenNanos - forNanos) <= 0;
  }

  /** It was for so long. */
  void alone(long forNanos) {
    aloneNanos += forNanos;
    double missing = missing();
    if (aloneNanos >= neededNanos && missing > 0 && !told) {
      told = true;
      LOG.info(
          "gate 'slo' stays closed: it watched live traffic for {} s, and needs {} more latencies"
              + " to know what it is alone",
          Duration.ofNanos(aloneNanos).toSeconds(),
          (long) Math.ceil(missing));
    }
  }

  /** Enough. */
  boolean isDone() {
    return aloneNanos >= neededNanos && missing() <= 0;
  }

  private double missing() {
    return allowances.stream().mapToDouble(Spending::missing).max().orElse(0);
  }
}
