package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 121 to 123, of {@link QueueProvider}. */
public interface QueueProviderContract extends AdapterRules, ProviderContract {

  @Override
  default QueueProvider provider() {
    return adapter().provider();
  }

  @Test
  default void rule_121_open_returns_a_transport_that_works_or_throws(Trial trial)
      throws Exception {
    Transport transport = trial.transport();
    trial.submit("r1");
    trial.one(trial.queue());
    if (transport instanceof HealthCheck check) {
      assertThat(check.health().healthy()).as(check.health().detail()).isTrue();
    }
    if (!trial.hasBroker("a broker out of reach")) {
      return;
    }

    trial.adapter().broker().kill();

    Background<Transport> open = Background.of(trial::open);
    assertThatThrownBy(() -> open.within(trial.patience(), "open without a broker"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageMatching("(?s).{10,}");
  }

  @Test
  default void rule_122_each_call_opens_a_transport_of_its_own(Trial trial) throws Exception {
    Transport one = trial.open();
    assertThat(trial.transport()).isNotSameAs(one);

    one.close();

    trial.submit("r1");
    trial.one(trial.queue());
  }

  @Test
  default void rule_123_queues_are_named_by_the_configuration_or_else_by_the_setting(Trial trial) {
    List<String> names = trial.adapter().queues();
    assertThat(trial.transport().requestQueues())
        .extracting(RequestQueue::name)
        .containsExactlyElementsOf(names);

    List<String> configured =
        trial.second() == 1 ? List.of(names.get(1), names.get(0)) : List.copyOf(names);
    Settings settings = trial.adapter().settingsWithQueues(configured);
    try (Transport transport = trial.adapter().provider().open(settings)) {
      assertThat(transport.requestQueues())
          .extracting(RequestQueue::name)
          .containsExactlyElementsOf(configured);
    }
  }
}
