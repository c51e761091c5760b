package io.batchprocessor.spi;

/** Makes {@link BatchListener}s that a configuration names. Each call makes one of its own. */
public interface BatchListenerProvider extends Provider {

  /** Makes one from its settings. */
  BatchListener create(Settings settings);
}
