package io.batchprocessor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets a warning through once in a while, so that a storm does not fill the log. */
final class LogThrottle {

  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final LongSupplier ticker;
  private final AtomicLong nextNanos;
  private final AtomicLong suppressed = new AtomicLong();

  LogThrottle(LongSupplier ticker) {
    this.ticker = ticker;
    this.nextNanos = new AtomicLong(ticker.getAsLong());
  }

  /** Whether to write the warning now; the rest is counted. */
  boolean permits() {
    long now = ticker.getAsLong();
    long next = nextNanos.get();
    if (now - next >= 0 && nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
      return true;
    }
    suppressed.incrementAndGet();
    return false;
  }

  /** How many were held back since the last one that was written, for its text. */
  long suppressed() {
    return suppressed.getAndSet(0);
  }
}
