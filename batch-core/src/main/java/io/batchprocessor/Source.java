package io.batchprocessor;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.function.Supplier;

/**
 * Where the transport comes from.
 *
 * @param ours whether the processor opens it, and so closes it
 */
record Source(Supplier<Transport> transport, boolean ours) {

  static Source given(Transport transport) {
    return new Source(() -> transport, false);
  }

  static Source opened(QueueProvider provider, Settings settings) {
    return new Source(() -> provider.open(settings), true);
  }
}
