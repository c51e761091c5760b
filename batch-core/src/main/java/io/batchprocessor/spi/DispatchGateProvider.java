package io.batchprocessor.spi;

/**
 * Makes {@link DispatchGate}s that a configuration names. Each call makes one of its own.
 *
 * <p>The keys of a gate's settings begin with {@code gate.} and its id: {@code
 * gate.rate.per-second}. In a {@code gate} object of a configuration file they are written without:
 * <code>{"type": "rate", "per-second": 5}</code>. A gate that has others inside lists a setting
 * {@code gate.<id>.gates} or {@code gate.<id>.gate}, which holds their ids, or their objects.
 */
public interface DispatchGateProvider extends Provider {

  /**
   * Looks whether settings go together, and none is missing. Called when a processor is built, so
   * that it does not fail only at its start; default: they do.
   *
   * @throws InvalidSettingsException with everything that is wrong
   */
  default void check(Settings settings) {}

  /**
   * Makes one.
   *
   * @throws InvalidSettingsException if its settings don't go together
   */
  DispatchGate create(DispatchGateContext context);
}
