package io.batchprocessor.metrics;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that looks at something again and again, until it is stopped. */
final class Poller {

  private static final Logger LOG = LoggerFactory.getLogger(BatchMetrics.class);

  private final Runnable look;
  private final long periodNanos;
  private final Thread thread;
  private boolean stopped;

  Poller(Runnable look, Duration period, ThreadFactory threads) {
    this.look = look;
    this.periodNanos = period.toNanos();
    this.thread = threads.newThread(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    do {
      try {
        look.run();
      } catch (RuntimeException | LinkageError e) {
        LOG.debug("the next look is in {} ms", periodNanos / 1_000_000, e);
      }
    } while (pause());
  }

  /** Waits for the next look; false: there is none. */
  private synchronized boolean pause() {
    long end = System.nanoTime() + periodNanos;
    for (long left = periodNanos; left > 0 && !stopped; left = end - System.nanoTime()) {
      try {
        // Not less than a millisecond: 0 would be for ever.
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        return false;
      }
    }
    return !stopped;
  }

  /** There is no further look; one that has begun may still go on. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  /**
   * Waits until the thread has ended, unless it is the caller's or the caller is interrupted; no
   * longer than that, as a look may hang.
   */
  void join(Duration atMost) {
    if (thread != Thread.currentThread()) {
      try {
        thread.join(atMost.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
