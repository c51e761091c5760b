package io.batchprocessor.spi;

/**
 * Makes {@link RequestTransform}s that a configuration names. Each call makes one of its own: each
 * queue has its own.
 *
 * <p>The keys of a transform's settings begin with {@code transform.} and its id: {@code
 * transform.model-override.model}. In an object of a configuration file they are written without:
 * <code>{"type": "model-override", "model": "llama"}</code>.
 */
public interface RequestTransformProvider extends Provider {

  /**
   * Looks whether settings go together, and none is missing. Called when a processor is built, so
   * that it does not fail only at its start; default: they do.
   *
   * @throws InvalidSettingsException with everything that is wrong
   */
  default void check(Settings settings) {}

  /** Makes one. */
  RequestTransform create(RequestTransformContext context);
}
