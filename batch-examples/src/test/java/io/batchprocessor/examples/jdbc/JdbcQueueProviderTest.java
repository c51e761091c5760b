package io.batchprocessor.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JdbcQueueProviderTest {

  private final JdbcQueueProvider provider = new JdbcQueueProvider();
  private final Settings settings =
      Settings.of(
          provider.settings(),
          Map.of("jdbc.url", "jdbc:postgresql://127.0.0.1:1/none", "jdbc.queues", "a,#retry"));

  @Test
  void a_request_queue_that_is_called_like_the_retries_is_refused_before_it_connects() {
    assertThatThrownBy(() -> provider.open(settings))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("names that begin with #");
  }

  @Test
  void a_queue_that_is_named_twice_is_refused_before_it_connects() {
    assertThatThrownBy(() -> provider.open(settings.withQueues(List.of("a", "b", "a"))))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("jdbc.queues: a name is given twice in [a, b, a]");
  }

  @Test
  void so_is_one_out_of_the_array_of_queues() {
    assertThatThrownBy(() -> provider.open(settings.withQueues(List.of("#result"))))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("names that begin with #");
  }
}
