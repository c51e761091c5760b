package io.batchprocessor.spi;

/** Makes {@link DispatchGate}s that a configuration names. Each call makes one of its own. */
public interface DispatchGateProvider extends Provider {

  /** Makes one from its settings. */
  DispatchGate create(Settings settings);
}
