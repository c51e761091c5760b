package io.batchprocessor.examples.spring;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.metrics.BatchMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** The processor and its queues as beans. */
@Configuration(proxyBeanMethods = false)
class BatchConfiguration {

  // snippet:spring
  /**
   * Closed by Spring, after the processor. With a broker {@code batch.message-queue-impl} names it.
   */
  @Bean
  MemoryTransport queues() {
    return MemoryTransport.builder().build();
  }

  @Bean
  BatchLifecycle batch(
      MemoryTransport queues, ConfigurableEnvironment environment, MeterRegistry registry) {
    return new BatchLifecycle(
        () ->
            BatchProcessor.builder()
                .transport(queues)
                .configure(BatchSettings.in(environment))
                .listener(BatchMetrics.of(registry))
                .build());
  }

  @Bean
  BatchHealthIndicator batchHealthIndicator(BatchLifecycle batch) {
    return new BatchHealthIndicator(batch);
  }
  // end:spring
}
