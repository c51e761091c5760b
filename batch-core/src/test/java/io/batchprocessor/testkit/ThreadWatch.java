package io.batchprocessor.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Sees the threads that some code starts. A thread belongs to the group of the one that started it,
 * so what other tests do at the same time is not seen.
 */
final class ThreadWatch {

  private final ThreadGroup group = new ThreadGroup("adapter-kit");

  /** Runs code whose threads are to be seen. */
  <T> T run(Callable<T> code) throws Exception {
    FutureTask<T> task = new FutureTask<>(code);
    Thread thread = new Thread(group, task, "adapter-kit-watched");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get();
    } finally {
      thread.join();
    }
  }

  /** The names of its threads that are alive. */
  List<String> alive() {
    Thread[] threads = new Thread[group.activeCount() + 64];
    int count = group.enumerate(threads, true);
    return Arrays.stream(threads, 0, count)
        .filter(Objects::nonNull)
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .toList();
  }
}
