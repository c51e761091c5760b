package io.batchprocessor;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;

/** A delivery that the processor holds, under a lease that has to be kept alive. */
class HeldMessage {

  private final Delivery delivery;
  private final RequestQueue source;
  private final long leaseNanos;
  private volatile long leaseEndNanos;

  /**
   * A delivery.
   *
   * @param askedNanos when it was asked for: its lease began then or later
   */
  HeldMessage(Delivery delivery, RequestQueue source, long askedNanos) {
    this.delivery = delivery;
    this.source = source;
    this.leaseNanos = saturatedNanos(delivery);
    this.leaseEndNanos = askedNanos + leaseNanos;
  }

  final Delivery delivery() {
    return delivery;
  }

  /** Where it was received from, which settles it: its request queue, or the retry queue. */
  final RequestQueue source() {
    return source;
  }

  /** Whether its lease has to be extended by now: two thirds of it are left, or less. */
  final boolean leaseIsDue(long nowNanos) {
    return leaseNanos > 0 && leaseEndNanos - nowNanos <= leaseNanos / 3 * 2;
  }

  /** Whether the lease may have run out, as far as this process can tell. */
  final boolean leaseIsDoubtful(long nowNanos) {
    return leaseNanos > 0 && leaseEndNanos - nowNanos <= 0;
  }

  /** The lease was extended by a call that began at {@code startedNanos}. */
  final void leaseExtended(long startedNanos) {
    leaseEndNanos = startedNanos + leaseNanos;
  }

  /**
   * The broker does not know the lease any more: it is to be asked before anything is published.
   */
  final void leaseDoubted(long nowNanos) {
    leaseEndNanos = nowNanos;
  }

  private static long saturatedNanos(Delivery delivery) {
    // Half the range, so that sums and differences of instants cannot overflow.
    return delivery.lease().compareTo(Duration.ofDays(365)) > 0
        ? Long.MAX_VALUE / 4
        : delivery.lease().toNanos();
  }
}
