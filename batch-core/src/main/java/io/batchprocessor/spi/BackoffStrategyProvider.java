package io.batchprocessor.spi;

/** Makes {@link BackoffStrategy}s that a configuration names. Each call makes one of its own. */
public interface BackoffStrategyProvider extends Provider {

  /** Makes one from its settings. */
  BackoffStrategy create(Settings settings);
}
