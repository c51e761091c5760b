package io.batchprocessor.examples.files;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which lines are where: with the engine, waiting for another attempt, handed back. Knows lines by
 * their place in the file alone, so that a thousand of them take no more than a few pages. Safe to
 * use from several threads.
 */
final class Ledger {

  /** How many lines may wait for another attempt before no new ones are read. */
  private static final int MAX_WAITING = 10_000;

  /** A line that waits for another attempt. */
  record Waiting(Span line, int attempt, long dueNanos, long order) {
    private static final Comparator<Waiting> BY_DUE_TIME =
        (one, other) -> {
          int byTime = Long.compare(one.dueNanos - other.dueNanos, 0);
          return byTime != 0 ? byTime : Long.compare(one.order, other.order);
        };
  }

  private final LongSupplier ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Span> returned = new ArrayDeque<>();
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Waiting.BY_DUE_TIME);
  private final CountDownLatch finished = new CountDownLatch(1);
  private long order;
  private long unsettled;
  private boolean exhausted;
  private boolean closed;

  Ledger(LongSupplier ticker) {
    this.ticker = ticker;
  }

  /** A line was read for the first time: it is to be settled. */
  void began() {
    lock.lock();
    try {
      unsettled++;
    } finally {
      lock.unlock();
    }
  }

  /** There are no more lines. */
  void exhausted() {
    lock.lock();
    try {
      exhausted = true;
      finishIfDone();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the lines to come may be read now. */
  boolean mayReadOn() {
    lock.lock();
    try {
      return !exhausted && waiting.size() < MAX_WAITING;
    } finally {
      lock.unlock();
    }
  }

  boolean isOver(Held held) {
    lock.lock();
    try {
      return held.over;
    } finally {
      lock.unlock();
    }
  }

  /** Lines are dealt with. */
  void settled(List<Held> lines) {
    lock.lock();
    try {
      for (Held held : lines) {
        if (!held.over) {
          held.over = true;
          unsettled--;
        }
      }
      finishIfDone();
    } finally {
      lock.unlock();
    }
  }

  /** A line goes back to where new ones come from. */
  void returned(Held held) {
    lock.lock();
    try {
      if (!held.over) {
        held.over = true;
        returned.add(held.line());
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A line waits for another attempt.
   *
   * @return false if the delivery was settled before
   */
  boolean waits(Held held, int attempt, long delayNanos) {
    lock.lock();
    try {
      if (held.over) {
        return false;
      }
      held.over = true;
      waiting.add(new Waiting(held.line(), attempt, ticker.getAsLong() + delayNanos, order++));
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts back what was taken with {@link #takeDue} and could not be handed out. */
  void putBack(List<Waiting> lines) {
    lock.lock();
    try {
      waiting.addAll(lines);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Puts back what was taken with {@link #takeReturned} and could not be handed out. */
  void putBackReturned(List<Span> lines) {
    lock.lock();
    try {
      returned.addAll(lines);
    } finally {
      lock.unlock();
    }
  }

  /** Lines that were handed back. */
  List<Span> takeReturned(int max) {
    lock.lock();
    try {
      List<Span> taken = new ArrayList<>();
      while (taken.size() < max && !returned.isEmpty()) {
        taken.add(returned.remove());
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is something to read again.
   *
   * @return false if there was nothing until {@code endNanos}
   */
  boolean awaitInput(long endNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (returned.isEmpty() && (exhausted || waiting.size() >= MAX_WAITING)) {
        checkOpen();
        long left = endNanos - ticker.getAsLong();
        if (left <= 0) {
          return false;
        }
        long unused = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is due, as soon as anything is; nothing if that is not before {@code endNanos}. */
  List<Waiting> takeDue(int max, long endNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        checkOpen();
        long now = ticker.getAsLong();
        List<Waiting> due = due(max, now);
        long left = endNanos - now;
        if (!due.isEmpty() || left <= 0) {
          return due;
        }
        Waiting head = waiting.peek();
        long unused = changed.awaitNanos(head == null ? left : Math.min(left, head.dueNanos - now));
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> due(int max, long now) {
    List<Waiting> due = new ArrayList<>();
    Waiting head = waiting.peek();
    while (due.size() < max && head != null && head.dueNanos - now <= 0) {
      due.add(waiting.remove());
      head = waiting.peek();
    }
    if (!due.isEmpty()) {
      // There may be room for new lines.
      changed.signalAll();
    }
    return due;
  }

  /** Whether every line is dealt with, now or within the time. */
  boolean awaitFinished(long nanos) throws InterruptedException {
    return finished.await(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Refuses to go on.
   *
   * @throws IllegalStateException if it is closed
   */
  void checkOpen() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the files are closed");
      }
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void finishIfDone() {
    if (exhausted && unsettled == 0) {
      finished.countDown();
    }
  }
}
