package io.batchprocessor.examples.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Requests per second over the last few seconds. Not for use by several threads. */
final class Pace {

  /** Long enough to smooth what comes in bursts, short enough to follow a change. */
  private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  /** Samples closer together than this are one. */
  private static final long STEP_NANOS = Duration.ofMillis(200).toNanos();

  private record Sample(long nanos, long done) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  void sample(long nowNanos, long done) {
    while (samples.size() > 1 && nowNanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
    if (samples.isEmpty() || nowNanos - samples.getLast().nanos() >= STEP_NANOS) {
      samples.addLast(new Sample(nowNanos, done));
    }
  }

  /** 0 as long as nothing is known. */
  double perSecond(long nowNanos, long done) {
    if (samples.isEmpty() || nowNanos <= samples.getFirst().nanos()) {
      return 0;
    }
    Sample first = samples.getFirst();
    return (done - first.done()) * 1e9 / (nowNanos - first.nanos());
  }
}
