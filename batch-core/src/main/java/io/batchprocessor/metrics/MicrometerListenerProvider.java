package io.batchprocessor.metrics;

import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.spi.Settings;

/**
 * {@code listeners=micrometer}: {@link BatchMetrics} in Micrometer's global registry, to which
 * whoever runs the JVM adds the registries that are to have them. Whoever has a registry at hand
 * gives it to {@link BatchMetrics#of(io.micrometer.core.instrument.MeterRegistry)}.
 */
public final class MicrometerListenerProvider implements BatchListenerProvider {

  /** For {@link java.util.ServiceLoader}. */
  public MicrometerListenerProvider() {}

  @Override
  public String id() {
    return "micrometer";
  }

  /**
   * Makes one.
   *
   * @throws IllegalStateException if Micrometer is not on the class path
   */
  @Override
  public BatchListener create(Settings settings) {
    try {
      return BatchMetrics.inGlobalRegistry();
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "listener 'micrometer' needs io.micrometer:micrometer-core on the class path", e);
    }
  }
}
