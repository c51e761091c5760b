package io.batchprocessor.examples.spring;

import io.batchprocessor.BatchProcessor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/** What the processor says of itself, as {@code batch} in {@code /actuator/health}. */
class BatchHealthIndicator implements HealthIndicator {

  private final BatchLifecycle batch;

  BatchHealthIndicator(BatchLifecycle batch) {
    this.batch = batch;
  }

  @Override
  public Health health() {
    return batch
        .processor()
        .map(BatchProcessor::health)
        .map(
            health ->
                Health.status(health.healthy() ? Status.UP : Status.DOWN)
                    .withDetail("detail", health.detail())
                    .build())
        .orElseGet(() -> Health.outOfService().withDetail("detail", "not started").build());
  }
}
