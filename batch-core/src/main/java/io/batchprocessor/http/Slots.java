package io.batchprocessor.http;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a number of starters run before others have ended; the rest wait in line. No thread waits.
 * Thread-safe.
 */
final class Slots {

  private final Queue<Runnable> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger free;
  private final AtomicInteger turns = new AtomicInteger();

  Slots(int count) {
    free = new AtomicInteger(count);
  }

  /** Runs {@code starter} once a slot is free, which it then holds until {@link #leave}. */
  void enter(Runnable starter) {
    line.add(starter);
    next();
  }

  /** A slot is free again. */
  void leave() {
    free.incrementAndGet();
    next();
  }

  /**
   * One thread at a time empties the line; whoever comes meanwhile, also from within a starter,
   * leaves it one more turn, so that starters that end at once don't pile up on the stack.
   */
  private void next() {
    if (turns.getAndIncrement() > 0) {
      return;
    }
    int served;
    do {
      served = turns.get();
      while (free.get() > 0) {
        Runnable starter = line.poll();
        if (starter == null) {
          break;
        }
        free.decrementAndGet();
        starter.run();
      }
    } while (turns.addAndGet(-served) > 0);
  }
}
