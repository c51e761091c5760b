package io.batchprocessor;

import io.batchprocessor.spi.DispatchGate;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Makes a gate when the processor starts; what can be wrong with its settings was found before. */
@FunctionalInterface
interface GateSource {

  /** The gate of a pool that has none. */
  GateSource OPEN = surroundings -> new OpenGate();

  /** Makes one. */
  DispatchGate create(Surroundings surroundings);

  /** One that the user makes. */
  static GateSource of(Supplier<? extends DispatchGate> supplier) {
    return surroundings -> supplier.get();
  }

  /**
   * What a gate finds where it works.
   *
   * @param labels of the queue whose own it is; none for a pool's
   * @param concurrency the most requests in flight under it
   * @param threads makes threads, named after the processor
   * @param ticker nanoseconds
   */
  record Surroundings(
      Map<String, String> labels, int concurrency, ThreadFactory threads, LongSupplier ticker) {}
}
