package io.batchprocessor.redis;

import java.util.concurrent.TimeUnit;

/** The end of a transport's own threads. */
final class Threads {

  private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private Threads() {}

  /** Waits for a thread that was told to end; an interrupt shortens the wait and is kept. */
  static void join(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
