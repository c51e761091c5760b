package io.batchprocessor.spi;

/**
 * Ability of a {@link Transport}, or of an {@link InferenceClient}: tells whether it works now.
 *
 * <ol>
 *   <li value="631">Returns within a few seconds, whatever the broker does, and never throws.
 *   <li value="632">After the transport is closed it reports unhealthy.
 * </ol>
 */
public interface HealthCheck {

  /** The state now. May be called from any thread. */
  Health health();
}
