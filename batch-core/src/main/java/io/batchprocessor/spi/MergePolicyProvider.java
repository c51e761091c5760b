package io.batchprocessor.spi;

/** Makes {@link MergePolicy}s that a configuration names. Each call makes one of its own. */
public interface MergePolicyProvider extends Provider {

  /** Makes one from its settings. */
  MergePolicy create(Settings settings);
}
