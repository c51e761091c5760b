package io.batchprocessor;

import io.batchprocessor.spi.Setting;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A worker pool: queues that share a concurrency, so that a slow model does not hold up those of
 * another pool.
 *
 * @param name its name
 * @param concurrency the most requests in flight, at least 1
 * @param mergePolicy id of the policy that picks among its queues; null: the processor's
 * @param gate its dispatch gate; null: the processor's
 * @param transforms what is made of its queues' requests before they are sent, in order; null: as
 *     the processor has it
 */
public record PoolConfig(
    String name,
    int concurrency,
    @Nullable String mergePolicy,
    @Nullable GateConfig gate,
    @Nullable List<TransformConfig> transforms) {

  /** The pool of every queue that names no other. */
  public static final String DEFAULT = "default";

  static final Setting<String> NAME = Setting.string("name", "the pool's name");
  static final Setting<Integer> CONCURRENCY = ProcessorSettings.CONCURRENCY;
  static final Setting<String> MERGE_POLICY =
      Setting.string("request-merge-policy", "picks among its queues");
  static final Setting<String> GATE =
      Setting.string("gate", "its dispatch gate: an id, or an object with a type");

  static final Setting<String> TRANSFORMS =
      Setting.string("transforms", "its request transforms: ids, or objects with a type");

  private static final List<Setting<?>> SETTINGS =
      List.of(NAME, CONCURRENCY, MERGE_POLICY, GATE, TRANSFORMS);

  /** Checks the ranges. */
  public PoolConfig {
    Objects.requireNonNull(name, "name");
    transforms = transforms == null ? null : List.copyOf(transforms);
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
    }
  }

  /** A pool with everything else as the processor has it. */
  public static PoolConfig of(String name, int concurrency) {
    return new PoolConfig(name, concurrency, null, null, null);
  }

  /** The same with a gate of its own. */
  public PoolConfig withGate(GateConfig gate) {
    return new PoolConfig(name, concurrency, mergePolicy, gate, transforms);
  }

  /** The same with transforms of its own; none if the list is empty. */
  public PoolConfig withTransforms(List<TransformConfig> transforms) {
    return new PoolConfig(name, concurrency, mergePolicy, gate, transforms);
  }

  /** The settings of one element of a configuration's {@code pools} array. */
  static List<Setting<?>> settings() {
    return SETTINGS;
  }
}
