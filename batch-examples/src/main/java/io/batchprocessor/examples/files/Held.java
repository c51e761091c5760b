package io.batchprocessor.examples.files;

import io.batchprocessor.spi.Delivery;

/** A line that the engine has: the receipt of one delivery. {@link Ledger} says when it is over. */
final class Held {

  private final Span line;
  private final boolean openAi;

  /** Guarded by the ledger's lock. */
  boolean over;

  Held(Span line, boolean openAi) {
    this.line = line;
    this.openAi = openAi;
  }

  /**
   * What a delivery of ours holds.
   *
   * @throws IllegalArgumentException if it is none of ours
   */
  static Held of(Delivery delivery) {
    if (delivery.receipt() instanceof Held held) {
      return held;
    }
    throw new IllegalArgumentException("not a delivery of this transport: " + delivery);
  }

  Span line() {
    return line;
  }

  boolean openAi() {
    return openAi;
  }
}
