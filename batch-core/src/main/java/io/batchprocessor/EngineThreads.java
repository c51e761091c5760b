package io.batchprocessor;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/** The engine's threads: named, and started again if they should ever die of an error. */
final class EngineThreads {

  private static final long RESTART_NANOS = Duration.ofSeconds(1).toNanos();

  private final String name;
  private final ThreadFactory factory;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  EngineThreads(String name, ThreadFactory factory) {
    this.name = name;
    this.factory = factory;
  }

  /** What their names begin with. */
  String name() {
    return name;
  }

  /** Makes threads whose names begin with the processor's, for the HTTP client and listeners. */
  ThreadFactory named(String role) {
    return task -> {
      Thread thread = factory.newThread(() -> runAsOurs(task));
      thread.setName(name + "-" + role);
      return thread;
    };
  }

  private void runAsOurs(Runnable task) {
    running.add(Thread.currentThread());
    try {
      task.run();
    } finally {
      running.remove(Thread.currentThread());
    }
  }

  /** Whether the calling thread was made here. */
  boolean areOurs() {
    return running.contains(Thread.currentThread());
  }

  Thread start(String role, Runnable loop) {
    Thread thread = named(role).newThread(() -> runUntilItReturns(role, loop));
    thread.start();
    return thread;
  }

  private static void runUntilItReturns(String role, Runnable loop) {
    while (true) {
      try {
        loop.run();
        return;
      } catch (RuntimeException | Error e) {
        Engine.LOG.error("the {} failed; it starts again in a second", role, e);
        LockSupport.parkNanos(RESTART_NANOS);
      }
    }
  }

  /** Waits until a thread has ended, also when interrupted. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
