package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.Delivery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Deliveries of the engine, by what we hold of them.
 *
 * @param byHeld in the order in which they were given
 */
record Deliveries(Map<Held, Delivery> byHeld) {

  /**
   * Deliveries that were handed out by an open transport.
   *
   * @throws IllegalStateException if it is closed
   * @throws IllegalArgumentException if one of them is another transport's
   */
  static Deliveries of(List<Delivery> deliveries, PubSubClient client) {
    Objects.requireNonNull(deliveries, "deliveries");
    client.checkOpen();
    Map<Held, Delivery> byHeld = new LinkedHashMap<>();
    deliveries.forEach(delivery -> byHeld.put(Held.of(delivery), delivery));
    return new Deliveries(byHeld);
  }

  List<Held> held() {
    return new ArrayList<>(byHeld.keySet());
  }

  /** Those of which a call says that they are lost. */
  List<Delivery> lost(UnaryOperator<List<Held>> call) {
    return lost(call.apply(held()));
  }

  List<Delivery> lost(List<Held> lost) {
    return lost.stream().map(byHeld::get).filter(Objects::nonNull).toList();
  }
}
