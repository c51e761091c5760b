package io.batchprocessor.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * A delivery that is to come back later.
 *
 * @param delivery what is taken over; it may come from a request queue or from the retry queue
 * @param delay from now until it is due; not negative. A delay and not an instant, so that the
 *     broker's clock decides
 * @param attempt the attempt that it comes back with: one more than before after a failure, the
 *     same when it is only put off
 */
public record Retry(Delivery delivery, Duration delay, int attempt) {

  /** Checks the ranges. */
  public Retry {
    Objects.requireNonNull(delivery, "delivery");
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, is " + delay);
    }
    if (attempt < delivery.attempt()) {
      throw new IllegalArgumentException(
          "attempt must be at least %d, is %d".formatted(delivery.attempt(), attempt));
    }
  }
}
