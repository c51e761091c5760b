package io.batchprocessor;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Sends what is buffered while there are permits: the loop of the dispatcher thread. It never waits
 * for I/O. Between dispatches it looks after what ran out of time.
 */
final class Dispatcher implements Runnable {

  /** How late a timeout or a deadline may be seen, and how long a stall is slept on. */
  private static final long TICK_NANOS = Duration.ofMillis(50).toNanos();

  /** The most that one pool sends before the others, timeouts and deadlines are looked at. */
  private static final int ROUND = 256;

  private final List<WorkerPool> pools;
  private final Attempts attempts;
  private final HeldMessages held;
  private final TakeBack takeBack;
  private final RoomForOthers roomForOthers;
  private final Settler settler;
  private final BrokerCalls broker;
  private final Consumer<Outcome> settle;
  private final Doorbell doorbell;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final Baton baton = new Baton();
  private volatile boolean paused;
  private volatile boolean stopped;
  private long lookedAfterNanos;

  Dispatcher(
      List<WorkerPool> pools,
      Attempts attempts,
      HeldMessages held,
      Settler settler,
      BrokerCalls broker,
      Doorbell doorbell,
      EngineConfig config) {
    this.pools = pools;
    this.attempts = attempts;
    this.held = held;
    this.takeBack = new TakeBack(pools, held, attempts);
    this.roomForOthers = new RoomForOthers(pools, settler, config);
    this.settler = settler;
    this.broker = broker;
    this.settle = settler;
    this.doorbell = doorbell;
    this.clock = config.clock();
    this.ticker = config.ticker();
    this.lookedAfterNanos = ticker.getAsLong();
  }

  /** Sends nothing more and hands back what is buffered; timeouts are still kept. */
  void pause() {
    paused = true;
    doorbell.ring();
  }

  void resume() {
    paused = false;
    doorbell.ring();
  }

  boolean isPaused() {
    return paused;
  }

  void stop() {
    stopped = true;
    doorbell.ring();
  }

  @Override
  public void run() {
    while (!stopped) {
      takeBack.look();
      long waitNanos = Math.min(pass(), held.isEmpty() ? Long.MAX_VALUE : TICK_NANOS);
      long now = ticker.getAsLong();
      if (now - lookedAfterNanos >= TICK_NANOS) {
        lookedAfterNanos = now;
        held.requests().forEach(request -> lookAfter(request, now));
        withBaton(paused ? this::forgetDecided : this::makeRoom);
      }
      doorbell.await(waitNanos);
    }
  }

  /**
   * A permit came back: sends the next request from the calling thread, if nobody else is at it.
   */
  void permitReturned() {
    if (pass() < Long.MAX_VALUE) {
      doorbell.ring();
    }
  }

  /** Looks at every pool once. Returns for how long there is nothing more to do, in nanoseconds. */
  private long pass() {
    if (paused || broker.isStalled() || settler.isCongested()) {
      return TICK_NANOS;
    }
    if (!baton.take()) {
      return Long.MAX_VALUE;
    }
    long waitNanos = Long.MAX_VALUE;
    try {
      for (WorkerPool pool : pools) {
        waitNanos = Math.min(waitNanos, dispatch(pool));
      }
    } finally {
      if (baton.handBack()) {
        doorbell.ring();
      }
    }
    return waitNanos;
  }

  /**
   * Dispatches what may go, up to a number after which others have their turn. Returns for how long
   * there is nothing more to do, in nanoseconds.
   */
  private long dispatch(WorkerPool pool) {
    pool.letGo();
    for (int i = 0; i < ROUND; i++) {
      QueueBuffer buffer = pool.hasRoom() ? pool.select() : null;
      if (buffer == null) {
        return pool.heldBackNanos(ticker.getAsLong());
      }
      // Null: it was decided since, say cancelled.
      HeldRequest request = buffer.line().next();
      if (request != null && clock.millis() >= request.deadlineMillis()) {
        expire(request);
      } else if (request != null) {
        decide(pool, buffer, request);
      }
    }
    return 0;
  }

  private void decide(WorkerPool pool, QueueBuffer buffer, HeldRequest request) {
    Verdict verdict = buffer.gate().tryAcquire(request);
    if (verdict instanceof Verdict.Go go) {
      buffer.line().remove(request);
      attempts.begin(request, pool, go.permit());
    } else if (verdict instanceof Verdict.Wait wait) {
      long untilNanos = ticker.getAsLong() + NANOSECONDS.convert(wait.atMost());
      buffer.line().holdBack(request, untilNanos, wait.alone());
    } else if (request.decideInBuffer()) {
      settle.accept(
          verdict instanceof Verdict.Drop drop
              ? Outcome.Finished.of(request, Results.dropped(request, drop))
              : released(request, ((Verdict.Release) verdict).delay()));
    }
  }

  /** It comes back at its deadline at the latest, to end. */
  private Outcome released(HeldRequest request, Duration delay) {
    if (delay.isZero()) {
      return new Outcome.Released(
          request, request, "released by gate " + request.buffer().gate().name());
    }
    long nanos = Math.min(NANOSECONDS.convert(delay), request.leftNanos(clock.millis()));
    return new Outcome.Retried(request, request, ticker.getAsLong() + nanos, request.attempt());
  }

  private void lookAfter(HeldRequest request, long now) {
    if (request.isTimedOut(now)) {
      attempts.timeOut(request);
    } else if (request.isBuffered() && clock.millis() >= request.deadlineMillis()) {
      expire(request);
    } else if (paused) {
      // Others may have it; also what an intake that was caught waiting put here after the pause.
      attempts.handBack(request, "paused");
    }
  }

  /** Nobody looks at the buffers while nothing is sent: what was handed back would still count. */
  private void forgetDecided() {
    pools.forEach(pool -> pool.buffers().forEach(buffer -> buffer.line().forgetDecided()));
  }

  /** What can't be stored now is not put off either. */
  private void makeRoom() {
    if (!broker.isStalled() && !settler.isCongested()) {
      roomForOthers.look();
    }
  }

  private void withBaton(Runnable action) {
    if (baton.take()) {
      try {
        action.run();
      } finally {
        if (baton.handBack()) {
          doorbell.ring();
        }
      }
    }
  }

  private void expire(HeldRequest request) {
    if (request.decideInBuffer()) {
      settle.accept(Outcome.Finished.of(request, Results.expired(request)));
    }
  }
}
