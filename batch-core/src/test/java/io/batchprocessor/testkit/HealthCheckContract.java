package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rules 631 and 632, of {@link HealthCheck}, on a transport. */
public interface HealthCheckContract extends AdapterRules {

  @Test
  default void rule_631_health_returns_soon_and_never_throws(Trial trial) throws Exception {
    HealthCheck check = trial.need(HealthCheck.class, trial.transport());
    assertThat(health(trial, check).healthy()).as("healthy, with its broker").isTrue();
    if (!trial.hasBroker("a broker out of reach")) {
      return;
    }

    trial.adapter().broker().kill();
    assertThat(health(trial, check).healthy()).as("healthy, without its broker").isFalse();

    trial.adapter().broker().start();
    Awaitility.await().atMost(trial.patience()).until(() -> check.health().healthy());
  }

  @Test
  default void rule_632_after_close_it_reports_unhealthy(Trial trial) throws Exception {
    HealthCheck check = trial.need(HealthCheck.class, trial.transport());

    trial.transport().close();

    assertThat(health(trial, check).healthy()).as("healthy, after close").isFalse();
  }

  private static Health health(Trial trial, HealthCheck check) throws Exception {
    return Background.of(check::health).within(trial.patience(), "health");
  }
}
