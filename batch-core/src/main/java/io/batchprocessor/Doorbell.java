package io.batchprocessor;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Wakes one thread, its owner. A ring is never lost: the owner forgets it before it looks at what
 * the ring was about. Ringing while the owner is awake costs a volatile read or two.
 */
final class Doorbell {

  private final AtomicBoolean rung = new AtomicBoolean();
  private volatile @Nullable Thread waiting;

  void ring() {
    if (!rung.get() && rung.compareAndSet(false, true)) {
      Thread owner = waiting;
      if (owner != null) {
        LockSupport.unpark(owner);
      }
    }
  }

  /**
   * Waits for a ring, for an interrupt, or until the time is up. Called by the owner only. An
   * interrupt is used up: the owner has no use for it, and a flag that stays set would turn its
   * loop into a spin.
   */
  void await(long nanos) {
    if (nanos > 0 && !rung.get()) {
      waiting = Thread.currentThread();
      try {
        long end = System.nanoTime() + nanos;
        long left = nanos;
        while (!rung.get() && left > 0 && !Thread.interrupted()) {
          LockSupport.parkNanos(this, left);
          left = end - System.nanoTime();
        }
      } finally {
        waiting = null;
      }
    }
    rung.set(false);
  }
}
