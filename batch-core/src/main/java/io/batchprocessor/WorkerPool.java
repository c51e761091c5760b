package io.batchprocessor;

import io.batchprocessor.spi.MergePolicy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Queues that share a concurrency, a merge policy and a gate. */
final class WorkerPool {

  private final PoolConfig config;
  private final List<QueueBuffer> buffers;
  private final MergePolicy mergePolicy;
  private final GuardedGate gate;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean permitsReturned;

  WorkerPool(
      PoolConfig config, List<QueueBuffer> buffers, MergePolicy mergePolicy, GuardedGate gate) {
    this.config = config;
    this.buffers = List.copyOf(buffers);
    this.mergePolicy = mergePolicy;
    this.gate = gate;
  }

  PoolConfig config() {
    return config;
  }

  List<QueueBuffer> buffers() {
    return buffers;
  }

  GuardedGate gate() {
    return gate;
  }

  void closeGates() {
    buffers.forEach(buffer -> buffer.gate().own().ifPresent(GuardedGate::close));
    gate.close();
  }

  int inFlight() {
    return inFlight.get();
  }

  boolean hasRoom() {
    return inFlight.get() < config.concurrency();
  }

  void began() {
    inFlight.incrementAndGet();
  }

  void ended() {
    inFlight.decrementAndGet();
    permitsReturned = true;
  }

  /** Gates that said wait are asked again once a permit has come back. Called by the dispatcher. */
  void letGoIfPermitsReturned() {
    if (permitsReturned) {
      permitsReturned = false;
      buffers.forEach(QueueBuffer::letGo);
    }
  }

  /** Nanoseconds until the first of those that wait may go on; a lot if none waits. */
  long heldBackNanos(long nowNanos) {
    long nearest = Long.MAX_VALUE;
    for (QueueBuffer buffer : buffers) {
      long nanos = buffer.heldBackNanos(nowNanos);
      nearest = nanos > 0 ? Math.min(nearest, nanos) : nearest;
    }
    return nearest;
  }

  /** The queue whose head goes next; null if there is none to go. */
  @Nullable QueueBuffer select() {
    QueueBuffer only = null;
    int ready = 0;
    for (QueueBuffer buffer : buffers) {
      if (buffer.look()) {
        only = buffer;
        ready++;
      }
    }
    // A policy is asked whenever it could matter, so that its turns stay fair: always if it has
    // more than one queue to look after.
    return ready == 0 || buffers.size() == 1 ? only : (QueueBuffer) mergePolicy.select(buffers);
  }
}
