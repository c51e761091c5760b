package io.batchprocessor.memory;

import static org.awaitility.Awaitility.await;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call that is expected to wait, in a thread of its own. */
final class Background<T> {

  private static final Set<Thread.State> WAITS =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final FutureTask<T> call;
  private final Thread thread;

  private Background(Callable<T> callable) {
    call = new FutureTask<>(callable);
    thread = new Thread(call, "background");
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins the call and returns as soon as it waits. */
  static <T> Background<T> waiting(Callable<T> callable) {
    Background<T> background = new Background<>(callable);
    await().until(() -> WAITS.contains(background.thread.getState()));
    return background;
  }

  void interrupt() {
    thread.interrupt();
  }

  /** What the call returns, or the exception that it throws. */
  T result() throws Exception {
    try {
      return call.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new AssertionError("still waits: " + thread.getState(), e);
    }
  }
}
