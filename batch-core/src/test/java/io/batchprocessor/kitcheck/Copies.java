package io.batchprocessor.kitcheck;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;

/** Deliveries that differ from what the broker handed out, with the same receipt. */
final class Copies {

  private Copies() {}

  static Delivery.Builder of(Delivery delivery) {
    return of(delivery, delivery.body());
  }

  static Delivery.Builder of(Delivery delivery, Bytes body) {
    return Delivery.builder(delivery.queue(), body)
        .attempt(delivery.attempt())
        .deliveryCount(delivery.deliveryCount())
        .lease(delivery.lease())
        .attributes(delivery.attributes())
        .enqueuedAt(delivery.enqueuedAt().orElse(null))
        .receipt(delivery.receipt());
  }
}
