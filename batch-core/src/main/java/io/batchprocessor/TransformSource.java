package io.batchprocessor;

import io.batchprocessor.spi.RequestTransform;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Makes a transform when the processor starts; what can be wrong with its settings was found
 * before.
 */
@FunctionalInterface
interface TransformSource {

  /** Makes one. */
  RequestTransform create(InstantSource clock);

  /** One that the user makes. */
  static TransformSource of(Supplier<? extends RequestTransform> supplier) {
    return clock -> supplier.get();
  }
}
