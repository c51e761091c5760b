package io.batchprocessor.spi;

/**
 * Opens transports; the type to name in {@code META-INF/services}.
 *
 * <ol>
 *   <li value="121">{@code open} returns a transport that works, or throws: a broker that can't be
 *       reached is an {@link java.io.UncheckedIOException}, a setting that can't be used an {@link
 *       InvalidSettingsException}, both with a message that says what to do.
 *   <li value="122">Each call opens a transport of its own.
 *   <li value="123">{@link Settings#queues} names the request queues where the configuration has a
 *       {@code queues} array; where it is empty, the provider's own setting does.
 * </ol>
 */
public interface QueueProvider extends Provider {

  /** Connects to the broker. */
  Transport open(Settings settings);
}
