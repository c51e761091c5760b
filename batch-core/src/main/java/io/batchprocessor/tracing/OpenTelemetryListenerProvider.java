package io.batchprocessor.tracing;

import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.spi.Settings;
import io.opentelemetry.api.GlobalOpenTelemetry;

/**
 * {@code listeners=opentelemetry}: {@link BatchTracing} by the global OpenTelemetry of the JVM, as
 * its Java agent or a framework has set it by then; if nobody has, nothing is recorded. Whoever has
 * an SDK at hand gives it to {@link BatchTracing#of(io.opentelemetry.api.OpenTelemetry)}.
 */
public final class OpenTelemetryListenerProvider implements BatchListenerProvider {

  /** For {@link java.util.ServiceLoader}. */
  public OpenTelemetryListenerProvider() {}

  @Override
  public String id() {
    return "opentelemetry";
  }

  /**
   * Makes one.
   *
   * @throws IllegalStateException if OpenTelemetry's API is not on the class path
   */
  @Override
  public BatchListener create(Settings settings) {
    try {
      return BatchTracing.of(GlobalOpenTelemetry.getOrNoop());
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "listener 'opentelemetry' needs io.opentelemetry:opentelemetry-api on the class path", e);
    }
  }
}
