package io.batchprocessor;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.function.Supplier;

/**
 * Where the transport comes from.
 *
 * @param name the provider's id; the name of its class if the transport was handed in
 * @param ours whether the processor opens it, and so closes it
 */
record Source(String name, Supplier<Transport> transport, boolean ours) {

  static Source given(Transport transport) {
    return new Source(transport.getClass().getSimpleName(), () -> transport, false);
  }

  static Source opened(QueueProvider provider, Settings settings) {
    return new Source(provider.id(), () -> provider.open(settings), true);
  }
}
