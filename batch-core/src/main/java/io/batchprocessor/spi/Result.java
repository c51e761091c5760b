package io.batchprocessor.spi;

import io.batchprocessor.message.ResultMessage;
import java.util.Objects;

/**
 * A result on its way to the result queue.
 *
 * @param delivery the delivery that it answers
 * @param message what to store
 */
public record Result(Delivery delivery, ResultMessage message) {

  /** Refuses nulls. */
  public Result {
    Objects.requireNonNull(delivery, "delivery");
    Objects.requireNonNull(message, "message");
  }
}
