package io.batchprocessor;

import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.PoolView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Queues that share a concurrency, a merge policy and a gate. */
final class WorkerPool implements PoolView {

  private final PoolConfig config;
  private final List<QueueBuffer> buffers;
  private final MergePolicy mergePolicy;
  private final GuardedGate gate;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile int limit;
  private volatile boolean permitsReturned;

  WorkerPool(
      PoolConfig config, List<QueueBuffer> buffers, MergePolicy mergePolicy, GuardedGate gate) {
    this.config = config;
    this.buffers = List.copyOf(buffers);
    this.mergePolicy = mergePolicy;
    this.gate = gate;
    this.limit = config.concurrency();
  }

  PoolConfig config() {
    return config;
  }

  List<QueueBuffer> buffers() {
    return buffers;
  }

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public List<String> queues() {
    return buffers.stream().map(QueueBuffer::name).toList();
  }

  @Override
  public int concurrency() {
    return limit;
  }

  @Override
  public int buffered(String queue) {
    return buffers.stream()
        .filter(buffer -> buffer.name().equals(queue))
        .mapToInt(QueueBuffer::size)
        .sum();
  }

  @Override
  public GuardedGate gate() {
    return gate;
  }

  @Override
  public Optional<GateView> gate(String queue) {
    return buffers.stream()
        .filter(buffer -> buffer.name().equals(queue))
        .flatMap(buffer -> buffer.gate().own().stream())
        .<GateView>map(own -> own)
        .findFirst();
  }

  /** What users brought for it and for its queues. */
  void close() {
    buffers.forEach(buffer -> buffer.gate().own().ifPresent(GuardedGate::close));
    buffers.forEach(buffer -> buffer.transforms().close());
    gate.close();
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  /** Changes it; HTTP client and buffers were made for what is configured, so not beyond that. */
  void limit(int concurrency) {
    if (concurrency < 1 || concurrency > config.concurrency()) {
      throw new IllegalArgumentException(
          "concurrency of pool '%s' must be from 1 to %d, as configured; is %d"
              .formatted(config.name(), config.concurrency(), concurrency));
    }
    limit = concurrency;
  }

  PoolStats stats() {
    return new PoolStats(
        name(),
        queues(),
        inFlight(),
        limit,
        config.concurrency(),
        gate.name(),
        gate.budget(),
        gate.measurements());
  }

  boolean hasRoom() {
    return inFlight.get() < limit;
  }

  void began() {
    inFlight.incrementAndGet();
  }

  void ended() {
    inFlight.decrementAndGet();
    permitsReturned = true;
  }

  /**
   * Gates that said wait are asked again once a permit has come back, or their time is over. Called
   * by the dispatcher.
   */
  void letGo() {
    boolean all = permitsReturned;
    if (all) {
      permitsReturned = false;
    }
    for (QueueBuffer buffer : buffers) {
      buffer.line().letGo(all);
    }
  }

  /** Nanoseconds until the first of those that wait may go on; a lot if none waits. */
  long heldBackNanos(long nowNanos) {
    long nearest = Long.MAX_VALUE;
    for (QueueBuffer buffer : buffers) {
      nearest = Math.min(nearest, buffer.line().heldBackNanos(nowNanos));
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
