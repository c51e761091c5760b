package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class MemoryQueueProviderTest {

  private final QueueProvider provider = new MemoryQueueProvider();

  @Test
  void rule_111_it_is_found_by_its_id_once() {
    assertThat(ServiceLoader.load(QueueProvider.class))
        .filteredOn(found -> found.id().equals("memory"))
        .singleElement()
        .isInstanceOf(MemoryQueueProvider.class);
  }

  @Test
  void rule_112_its_settings_have_defaults_and_no_others_are_accepted() {
    assertThat(provider.settings())
        .extracting(setting -> setting.key() + "=" + setting.defaultText().orElse("none"))
        .containsExactly(
            "memory.queues=requests",
            "memory.capacity=10000",
            "memory.lease=60s",
            "memory.result-capacity=100000",
            "memory.dead-letter-capacity=10000");
    assertThatExceptionOfType(InvalidSettingsException.class)
        .isThrownBy(() -> settings(Map.of("memory.capacitiy", "5")))
        .withMessageContaining("unknown setting 'memory.capacitiy'; known: memory.capacity");
  }

  @Test
  void rule_121_what_is_set_is_in_force() throws Exception {
    try (MemoryTransport transport =
        open(settings(Map.of("memory.lease", "5s", "memory.capacity", "1")))) {
      transport.submit("requests", bodies("1"));

      assertThatExceptionOfType(QueueFullException.class)
          .isThrownBy(() -> transport.submit(request("x")));
      assertThat(receiveOne(transport.requestQueues().get(0)).lease())
          .isEqualTo(Duration.ofSeconds(5));
      assertThat(transport.health().detail()).contains("results=0/100000", "deadLetters=0/10000");
    }
    try (MemoryTransport transport =
        open(settings(Map.of("memory.result-capacity", "7", "memory.dead-letter-capacity", "8")))) {
      assertThat(transport.health().detail()).contains("results=0/7", "deadLetters=0/8");
    }
  }

  @Test
  void rule_121_what_can_not_be_used_is_refused_with_what_would_be_right() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("memory.queues", ","),
            Map.of("memory.capacity", "0"),
            Map.of("memory.lease", "0s"),
            Map.of("memory.result-capacity", "0"),
            Map.of("memory.dead-letter-capacity", "-1"))) {
      assertThatExceptionOfType(InvalidSettingsException.class)
          .isThrownBy(() -> settings(wrong))
          .withMessageContaining(wrong.keySet().iterator().next())
          .withMessageContaining("must be");
    }
    assertThatExceptionOfType(InvalidSettingsException.class)
        .isThrownBy(() -> open(settings(Map.of("memory.queues", "a,a"))))
        .withMessage("queues: the name 'a' is taken");
  }

  @Test
  void rule_122_each_call_opens_a_transport_of_its_own() throws Exception {
    Settings settings = settings(Map.of());
    try (MemoryTransport one = open(settings);
        MemoryTransport other = open(settings)) {
      one.submit("requests", bodies("1"));

      assertThat(other.backlogs().get(0).waiting()).isZero();
    }
  }

  @Test
  void rule_123_the_queues_of_the_configuration_win_over_the_setting() {
    Settings bySetting = settings(Map.of("memory.queues", "slow, fast"));
    try (MemoryTransport transport = open(bySetting);
        MemoryTransport configured = open(bySetting.withQueues(List.of("x", "y")))) {
      assertThat(transport.requestQueues())
          .extracting(RequestQueue::name)
          .containsExactly("slow", "fast");
      assertThat(configured.requestQueues())
          .extracting(RequestQueue::name)
          .containsExactly("x", "y");
    }
  }

  private Settings settings(Map<String, String> values) {
    List<Setting<?>> known = provider.settings();
    return Settings.of(known, values);
  }

  private MemoryTransport open(Settings settings) {
    return (MemoryTransport) provider.open(settings);
  }
}
