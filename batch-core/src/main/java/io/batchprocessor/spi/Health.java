package io.batchprocessor.spi;

import java.util.Objects;

/**
 * Whether something works.
 *
 * @param healthy whether it does
 * @param detail what was tried, or what is wrong and what to do; no secrets
 */
public record Health(boolean healthy, String detail) {

  /** Refuses nulls. */
  public Health {
    Objects.requireNonNull(detail, "detail");
  }
}
