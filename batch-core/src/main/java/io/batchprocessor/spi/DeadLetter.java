package io.batchprocessor.spi;

import java.util.Objects;

/**
 * A delivery that nobody can be told about, because no id could be read from it.
 *
 * @param delivery what is taken over
 * @param reason what is wrong with it
 */
public record DeadLetter(Delivery delivery, String reason) {

  /** Refuses nulls. */
  public DeadLetter {
    Objects.requireNonNull(delivery, "delivery");
    Objects.requireNonNull(reason, "reason");
  }
}
