package io.batchprocessor.examples.service;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.metrics.BatchMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** All that listens to a processor that is served over HTTP. */
public final class Observation {

  private final Activity activity = new Activity();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Nothing is observed yet. */
  public Observation() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Listens to the processor that is built of this. */
  public void addTo(BatchProcessorBuilder builder) {
    builder.listener(activity).listener(BatchMetrics.of(registry));
  }

  /**
   * Serves what is observed.
   *
   * @param processor the one that is listened to, started
   */
  public HttpService serve(HttpOptions options, BatchProcessor processor) {
    return new HttpService(options, processor, activity, registry::scrape);
  }
}
