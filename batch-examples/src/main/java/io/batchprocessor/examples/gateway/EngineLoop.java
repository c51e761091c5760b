package io.batchprocessor.examples.gateway;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives a {@link ContinuousBatch} in real time, or so many times faster, on one thread of its own,
 * which also owns the metrics and the dice. A step that is handled late shortens the wait for the
 * next: engine time never drifts from the clock.
 */
final class EngineLoop implements EngineListener, AutoCloseable {

  /** What becomes of a submitted sequence; called once, on the engine's thread. */
  interface Fate {
    /** It has all its tokens. */
    void finished(long nowNanos);

    /** The queue was full. */
    void shed();
  }

  private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

  private final ContinuousBatch batch;
  private final GatewayMetrics metrics;
  private final FailureDice dice;
  private final double timeScale;
  private final long originNanos = System.nanoTime();
  private final ScheduledThreadPoolExecutor thread;
  private final Map<Sequence, Fate> held = new HashMap<>();
  private @Nullable Future<?> alarm;
  private long alarmNanos = ContinuousBatch.IDLE;
  private volatile GatewaySnapshot snapshot;

  EngineLoop(EngineSettings settings, double timeScale, GatewayMetrics metrics, FailureDice dice) {
    this.metrics = metrics;
    this.dice = dice;
    this.timeScale = timeScale;
    batch = new ContinuousBatch(settings, this);
    snapshot = metrics.snapshot(batch);
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "simulated-gateway-engine");
              created.setDaemon(true);
              return created;
            });
    thread.setRemoveOnCancelPolicy(true);
  }

  /** Runs an action on the engine's thread, with everything that is over by now behind it. */
  void execute(Runnable action) {
    try {
      thread.execute(() -> turn(action));
    } catch (RejectedExecutionException closed) {
      log.debug("The engine is closed: nothing is answered any more.");
    }
  }

  /** As {@link #execute}, after a while of real time. */
  void executeAfter(Duration delay, Runnable action) {
    try {
      var unused = thread.schedule(() -> turn(action), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("The engine is closed: nothing is answered any more.");
    }
  }

  /** Offers a sequence. On the engine's thread. */
  void submit(Sequence sequence, Fate fate) {
    if (batch.offer(sequence, engineNanos())) {
      held.put(sequence, fate);
    } else {
      metrics.shed();
      fate.shed();
    }
  }

  /** Takes a sequence out, if it is still there. */
  void cancel(Sequence sequence) {
    execute(
        () -> {
          if (held.remove(sequence) != null && batch.cancel(sequence, engineNanos())) {
            metrics.aborted();
          }
        });
  }

  /** The metrics in the Prometheus text format, told to {@code reader} on the engine's thread. */
  void readMetrics(Consumer<String> reader) {
    execute(() -> reader.accept(metrics.text(batch)));
  }

  GatewaySnapshot snapshot() {
    return snapshot;
  }

  GatewayMetrics metrics() {
    return metrics;
  }

  FailureDice dice() {
    return dice;
  }

  @Override
  public void scheduled(Sequence sequence, long nowNanos) {
    metrics.scheduled(sequence, nowNanos);
  }

  @Override
  public void firstToken(Sequence sequence, long nowNanos) {
    metrics.firstToken(sequence, nowNanos);
  }

  @Override
  public void decoded(int usual, int deferrable, long sinceLastTokenNanos) {
    metrics.decoded(usual, deferrable, sinceLastTokenNanos);
  }

  @Override
  public void finished(Sequence sequence, long nowNanos) {
    metrics.finished(sequence, nowNanos);
    Fate fate = held.remove(sequence);
    if (fate != null) {
      fate.finished(nowNanos);
    }
  }

  private void turn(Runnable action) {
    try {
      batch.advance(engineNanos());
      action.run();
    } catch (RuntimeException e) {
      log.error("The simulated engine failed on a request and goes on with the others.", e);
    } finally {
      snapshot = metrics.snapshot(batch);
      setAlarm();
    }
  }

  private void setAlarm() {
    long due = batch.stepEndNanos();
    if (due == alarmNanos) {
      return;
    }
    alarmNanos = due;
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
    if (due != ContinuousBatch.IDLE && !thread.isShutdown()) {
      long realNanos = Math.max(0, Math.round((due - engineNanos()) / timeScale));
      alarm = thread.schedule(this::ring, realNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void ring() {
    alarmNanos = ContinuousBatch.IDLE;
    turn(() -> {});
  }

  private long engineNanos() {
    return (long) ((System.nanoTime() - originNanos) * timeScale);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
