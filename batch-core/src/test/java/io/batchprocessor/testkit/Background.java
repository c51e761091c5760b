package io.batchprocessor.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call in a thread of its own, which may take for ever. */
final class Background<T> {

  private final FutureTask<T> call;
  private final Thread thread;

  private Background(Callable<T> callable) {
    call = new FutureTask<>(callable);
    thread = new Thread(call, "adapter-kit");
    thread.setDaemon(true);
  }

  static <T> Background<T> of(Callable<T> callable) {
    Background<T> background = new Background<>(callable);
    background.thread.start();
    return background;
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean isDone() {
    return call.isDone();
  }

  /** What the call returns, or the exception that it throws. */
  T within(Duration patience, String what) throws Exception {
    try {
      return call.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    } catch (TimeoutException e) {
      AssertionError late =
          new AssertionError("%s has not returned within %s".formatted(what, patience));
      late.setStackTrace(thread.getStackTrace());
      thread.interrupt();
      throw late;
    }
  }
}
