package io.batchprocessor.spi;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * What a dispatch gate is built from.
 *
 * @param settings the provider's own settings
 * @param gates the gates that the configuration puts inside this one, in order; the gate that is
 *     built closes them
 * @param labels of the queue whose own gate it is; none for the gate of a pool
 * @param concurrency the most requests that can be in flight under it, at least 1
 * @param threads makes the gate's threads, and names them; they need no other name
 * @param ticker nanoseconds, as {@link System#nanoTime} has them
 */
public record DispatchGateContext(
    Settings settings,
    List<DispatchGate> gates,
    Map<String, String> labels,
    int concurrency,
    ThreadFactory threads,
    LongSupplier ticker) {

  /** Checks the range, copies the collections. */
  public DispatchGateContext {
    Objects.requireNonNull(settings, "settings");
    gates = List.copyOf(gates);
    labels = Map.copyOf(labels);
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
    }
    Objects.requireNonNull(threads, "threads");
    Objects.requireNonNull(ticker, "ticker");
  }

  /** For the gate of a pool. */
  public DispatchGateContext(
      Settings settings,
      List<DispatchGate> gates,
      int concurrency,
      ThreadFactory threads,
      LongSupplier ticker) {
    this(settings, gates, Map.of(), concurrency, threads, ticker);
  }
}
