package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** What the queues have in common: how they are settled, and how one waits on them. */
abstract class RedisQueue implements RequestQueue {

  /** A wait on a socket does not see an interrupt: none is longer than this. */
  static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  /** A batch is large enough when its bodies have so many bytes together. */
  static final int ENOUGH_BYTES = 8 << 20;

  private final String name;
  private final RedisConnections redis;
  private final Settling settling;

  RedisQueue(String name, RedisConnections redis, Settling settling) {
    this.name = name;
    this.redis = redis;
    this.settling = settling;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    Objects.requireNonNull(maxWait, "maxWait");
    redis.checkOpen();
    long start = System.nanoTime();
    long wait =
        maxWait.compareTo(Duration.ofDays(1)) > 0
            ? Duration.ofDays(1).toNanos()
            : maxWait.toNanos();
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long left = wait - (System.nanoTime() - start);
      List<Delivery> deliveries = poll(max, Duration.ofNanos(Math.max(0, left)));
      if (!deliveries.isEmpty() || left <= 0) {
        return deliveries;
      }
    }
  }

  /**
   * Takes what there is; or, where there is nothing, waits for a while, at most {@code maxWait},
   * and takes what came.
   */
  abstract List<Delivery> poll(int max, Duration maxWait) throws InterruptedException;

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    redis.checkOpen();
    return settling.settle(deliveries.stream().map(Step::acknowledge).toList());
  }

  @Override
  public void release(List<Delivery> deliveries) {
    redis.checkOpen();
    settling.release(deliveries);
  }

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    redis.checkOpen();
    return settling.extend(deliveries);
  }

  /** Messages that wait in this process. */
  long buffered() {
    return 0;
  }

  /** Those of them that go next. */
  List<WaitingMessage> shown(int max, int maxBodyBytes) {
    return List.of();
  }

  /** Messages that this process holds and Redis knows nothing of. */
  long handedOut() {
    return 0;
  }

  RedisConnections redis() {
    return redis;
  }
}
