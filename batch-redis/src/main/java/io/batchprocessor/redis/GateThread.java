package io.batchprocessor.redis;

import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of one gate: does its work, sleeps for as long as that says, or until it is rung. */
final class GateThread {

  /** One round of work. Returns for how many nanoseconds there is nothing more to do. */
  @FunctionalInterface
  interface Round {
    long run();
  }

  private static final Logger LOG = LoggerFactory.getLogger(GateThread.class);

  /** After a fault. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Round round;
  private final Thread thread;
  private final Semaphore bell = new Semaphore(0);
  private volatile boolean stopped;

  /** Not started. */
  GateThread(Round round, ThreadFactory threads) {
    this.round = round;
    this.thread = threads.newThread(this::run);
  }

  void start() {
    thread.start();
  }

  /** Ends its sleep, or the next one if it does not sleep. */
  void ring() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  private void run() {
    while (!stopped) {
      sleep(roundOrRest());
    }
  }

  /** A fault of ours must not leave a gate without its thread. */
  private long roundOrRest() {
    try {
      return round.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{} goes on after a fault", thread.getName(), e);
      return REST_NANOS;
    }
  }

  private void sleep(long nanos) {
    try {
      if (bell.tryAcquire(stopped ? 0 : nanos, TimeUnit.NANOSECONDS)) {
        bell.drainPermits();
      }
    } catch (InterruptedException e) {
      // Nobody's way to end this thread: the round that follows does no harm.
      bell.drainPermits();
    }
  }

  boolean isStopped() {
    return stopped;
  }

  /** Lets a round end, and no other begin. */
  void stop() {
    stopped = true;
    ring();
  }

  /** Waits for its end. */
  void join() {
    Threads.join(thread);
  }
}
