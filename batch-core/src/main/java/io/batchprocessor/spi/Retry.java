package io.batchprocessor.spi;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A delivery that is to come back later.
 *
 * @param delivery what is taken over; it may come from a request queue or from the retry queue
 * @param delay from now until it is due; not negative, and anything up to the request's deadline:
 *     hours, or days. An adapter whose broker delays for less chains delays. A delay and not an
 *     instant, so that the broker's clock decides
 * @param attempt the attempt that it comes back with: one more than before after a failure, the
 *     same when it is only put off
 * @param notes what it comes back with among its attributes, beside those that it has and in place
 *     of those of the same name
 */
public record Retry(Delivery delivery, Duration delay, int attempt, Map<String, String> notes) {

  /** Checks the ranges. */
  public Retry {
    Objects.requireNonNull(delivery, "delivery");
    notes = Map.copyOf(notes);
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, is " + delay);
    }
    if (attempt < delivery.attempt()) {
      throw new IllegalArgumentException(
          "attempt must be at least %d, is %d".formatted(delivery.attempt(), attempt));
    }
  }

  /** One without notes. */
  public Retry(Delivery delivery, Duration delay, int attempt) {
    this(delivery, delay, attempt, Map.of());
  }

  /** The attributes that it comes back with: the delivery's, and the notes. */
  public Map<String, String> attributes() {
    if (notes.isEmpty()) {
      return delivery.attributes();
    }
    Map<String, String> all = new HashMap<>(delivery.attributes());
    all.putAll(notes);
    return Map.copyOf(all);
  }
}
