package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import java.util.List;

/**
 * One thing to do when a delivery is settled, as {@code settle.lua} understands it.
 *
 * @param action its name
 * @param args what it needs
 */
record Step(Delivery delivery, String action, List<byte[]> args) {

  static Step acknowledge(Delivery delivery) {
    return new Step(delivery, "ack", List.of());
  }

  static Step deadLetter(Delivery delivery, String reason) {
    return new Step(
        delivery,
        "dead",
        List.of(
            delivery.body().toByteArray(),
            Keys.utf8(reason),
            Keys.utf8(delivery.queue()),
            Keys.number(delivery.attempt())));
  }

  /** Roughly how many bytes it sends. */
  long size() {
    return args.stream().mapToLong(arg -> arg.length).sum();
  }
}
