package io.batchprocessor;

import io.batchprocessor.Line.Overstay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Puts requests off that fill a queue's window while only they have to wait, such as those of a
 * tenant over its quota: others of the queue could go, but can't be taken in. Their attempt is not
 * counted. Half of them go at a time, and stay away for longer when they come too early. Used by
 * whoever holds the dispatcher's baton.
 */
final class RoomForOthers {

  /** As often as an intake without room looks again. */
  private static final long EVERY_NANOS = Duration.ofMillis(200).toNanos();

  private final List<WorkerPool> pools;
  private final Consumer<Outcome> settle;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final DoubleSupplier random;
  private long lookedNanos;

  RoomForOthers(List<WorkerPool> pools, Consumer<Outcome> settle, EngineConfig config) {
    this.pools = pools;
    this.settle = settle;
    this.clock = config.clock();
    this.ticker = config.ticker();
    this.random = config.random();
    this.lookedNanos = ticker.getAsLong();
  }

  /** Looks at every queue, unless it did so a moment ago. */
  void look() {
    long now = ticker.getAsLong();
    if (now - lookedNanos < EVERY_NANOS) {
      return;
    }
    lookedNanos = now;
    for (WorkerPool pool : pools) {
      for (QueueBuffer buffer : pool.buffers()) {
        buffer.line().overstays().forEach(some -> putOff(some, now));
      }
    }
  }

  /** Half of what is left to the deadline at most; not all for equally long. */
  private void putOff(Overstay overstay, long now) {
    HeldRequest request = overstay.request();
    if (request.decideInBuffer()) {
      long nanos = Math.min(overstay.delayNanos(), request.leftNanos(clock.millis()) / 2);
      long spread = (long) (nanos * (1 - random.getAsDouble() / 2));
      settle.accept(new Outcome.Retried(request, request, now + spread, request.attempt()));
    }
  }
}
