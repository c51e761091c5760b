package io.batchprocessor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The one lock of a transport, with what it guards for everybody: whether the transport is open,
 * and its time.
 *
 * <p>One lock for all queues and not one each: moving a message from a request queue to the retry
 * queue, or trading it for a result, is one step that nobody can watch half done, and no order of
 * locks can be got wrong. It is held for a few list operations per batch, never for user code.
 */
final class Guard {

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Condition> conditions = new ArrayList<>();
  private final LongSupplier ticker;
  private final long origin;
  private boolean closed;

  Guard(LongSupplier ticker) {
    this.ticker = ticker;
    this.origin = ticker.getAsLong();
  }

  /** Nanoseconds since the transport was opened: from 0 on, so that times compare as numbers. */
  long now() {
    return ticker.getAsLong() - origin;
  }

  /** {@code nanos} after {@code now}, or the end of time. */
  static long after(long now, long nanos) {
    return now + Math.min(nanos, Long.MAX_VALUE - now);
  }

  /** A condition of the lock; closing the guard signals it. Called before the guard is shared. */
  Condition newCondition() {
    Condition condition = lock.newCondition();
    conditions.add(condition);
    return condition;
  }

  /** Takes the lock, whether the transport is open or not. */
  void lock() {
    lock.lock();
  }

  /** Takes the lock, whether the transport is open or not, unless interrupted. */
  void lockInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
  }

  /** Takes the lock of an open transport. */
  void lockOpen() {
    lock.lock();
    checkOpenOrUnlock();
  }

  /** Takes the lock of an open transport, unless interrupted. */
  void lockOpenInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
    checkOpenOrUnlock();
  }

  void unlock() {
    lock.unlock();
  }

  /** Lock held: whether the transport is closed. */
  boolean isClosed() {
    return closed;
  }

  /** Lock held: refuses to go on if the transport has been closed. */
  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the in-memory transport is closed");
    }
  }

  /** Lock held: closes for good and wakes everybody who waits; false if that was done before. */
  boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    conditions.forEach(Condition::signalAll);
    return true;
  }

  private void checkOpenOrUnlock() {
    if (closed) {
      lock.unlock();
      checkOpen();
    }
  }
}
