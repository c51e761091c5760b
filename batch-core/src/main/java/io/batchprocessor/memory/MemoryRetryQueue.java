package io.batchprocessor.memory;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The retry queue: who has been due for longest goes first. */
final class MemoryRetryQueue extends LeasedQueue implements RetryQueue {

  static final String NAME = "retry";

  MemoryRetryQueue(Guard guard, Duration leaseLength) {
    super(NAME, guard, leaseLength);
  }

  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    Objects.requireNonNull(retries, "retries");
    retries.forEach(retry -> Lease.of(retry.delivery(), guard()));
    List<Delivery> lost = new ArrayList<>();
    guard().lockOpen();
    try {
      long now = guard().now();
      for (Retry retry : retries) {
        Lease lease = Lease.of(retry.delivery(), guard());
        if (lease.queue().end(lease, now)) {
          long dueAt = Guard.after(now, NANOSECONDS.convert(retry.delay()));
          put(lease.message().retried(retry, dueAt, nextOrder()));
        } else {
          lost.add(retry.delivery());
        }
      }
    } finally {
      guard().unlock();
    }
    return lost;
  }
}
