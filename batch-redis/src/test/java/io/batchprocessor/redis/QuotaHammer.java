package io.batchprocessor.redis;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Takes permits of one gate for several tenants as fast as it can, from several threads, holds each
 * for some milliseconds, and tells others of each one that it holds.
 */
final class QuotaHammer implements AutoCloseable {

  /** What is in flight at a gateway that all replicas share. */
  interface Gateway {
    void began(String tenant);

    void ended(String tenant);
  }

  private static final long MOST_HOLD_NANOS = 10_000_000;

  private final DispatchGate gate;
  private final Gateway gateway;
  private final Map<String, LongAdder> served;
  private final Thread[] threads;
  private volatile boolean stopped;

  QuotaHammer(DispatchGate gate, Gateway gateway, int threads, String... tenants) {
    this.gate = gate;
    this.gateway = gateway;
    this.served =
        java.util.Arrays.stream(tenants)
            .collect(
                java.util.stream.Collectors.toMap(Function.identity(), tenant -> new LongAdder()));
    this.threads = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      String tenant = tenants[i % tenants.length];
      this.threads[i] = new Thread(() -> hammer(tenant), "hammer-" + i);
      this.threads[i].start();
    }
  }

  long served(String tenant) {
    return served.get(tenant).sum();
  }

  private void hammer(String tenant) {
    RequestView request = GateRequests.of(tenant);
    while (!stopped) {
      Verdict verdict;
      synchronized (gate) {
        verdict = gate.tryAcquire(request);
      }
      if (verdict instanceof Verdict.Go go) {
        gateway.began(tenant);
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MOST_HOLD_NANOS));
        gateway.ended(tenant);
        served.get(tenant).increment();
        go.permit().release(GateRequests.outcome());
      } else {
        LockSupport.parkNanos(500_000);
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      Threads.join(thread);
    }
    gate.close();
  }
}
