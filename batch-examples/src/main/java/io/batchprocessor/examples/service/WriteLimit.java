package io.batchprocessor.examples.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends writes to whoever does not read: a write that waits for room has no time limit of its own.
 *
 * <p>By an interrupt, which closes the channel that the write waits for. To close the exchange from
 * another thread would flush what is left, and wait for the very write that it is to end.
 */
final class WriteLimit {

  private final long limitNanos;
  private final Set<Write> writes = ConcurrentHashMap.newKeySet();

  /** Something that writes. */
  interface Writing {
    void write() throws IOException;
  }

  /** One that has begun, and its thread. */
  private static final class Write {
    private final Thread thread = Thread.currentThread();
    private final long beganNanos = System.nanoTime();
    private boolean over;
    private boolean interrupted;

    synchronized void interruptAfter(long limitNanos) {
      if (!over && !interrupted && System.nanoTime() - beganNanos > limitNanos) {
        interrupted = true;
        thread.interrupt();
      }
    }

    /** Called by its thread, which must not take an interrupt along that was meant for this. */
    synchronized void end() {
      over = true;
      if (interrupted) {
        Thread.interrupted();
      }
    }
  }

  WriteLimit(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /**
   * Writes.
   *
   * @throws IOException if the writing does, or took too long
   */
  void during(Writing writing) throws IOException {
    Write write = new Write();
    writes.add(write);
    try {
      writing.write();
    } finally {
      writes.remove(write);
      write.end();
    }
  }

  /** Ends those that have taken longer than they may; to be called now and then. */
  void sweep() {
    writes.forEach(write -> write.interruptAfter(limitNanos));
  }
}
