package io.batchprocessor.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProvidersTest {

  @Test
  void every_merge_policy_is_found() {
    assertThat(ServiceLoader.load(MergePolicyProvider.class))
        .extracting(Provider::id)
        .contains("random-robin", "round-robin", "weighted", "priority", "earliest-deadline")
        .doesNotHaveDuplicates();
  }

  @Test
  void every_backoff_strategy_is_found() {
    assertThat(ServiceLoader.load(BackoffStrategyProvider.class))
        .extracting(Provider::id)
        .contains("exponential", "fixed")
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(classes = {MergePolicyProvider.class, BackoffStrategyProvider.class})
  void module_path_and_class_path_find_the_same(Class<? extends Provider> type) throws Exception {
    Path classes =
        Path.of(Settings.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    ModuleDescriptor module =
        ModuleFinder.of(classes).find("io.batchprocessor.core").orElseThrow().descriptor();
    List<String> provided =
        module.provides().stream()
            .filter(provides -> provides.service().equals(type.getName()))
            .flatMap(provides -> provides.providers().stream())
            .toList();

    assertThat(ServiceLoader.load(type))
        .filteredOn(
            provider -> provider.getClass().getPackageName().equals("io.batchprocessor.policy"))
        .extracting(provider -> provider.getClass().getName())
        .containsExactlyElementsOf(provided);
  }

  @ParameterizedTest
  @CsvSource({
    "random-robin, RandomRobin",
    "round-robin, RoundRobin",
    "weighted, SmoothWeighted",
    "priority, AgeingPriority",
    "earliest-deadline, EarliestDeadline"
  })
  void each_merge_policy_works_with_its_defaults_and_is_made_anew(String id, String type) {
    MergePolicyProvider provider = find(MergePolicyProvider.class, id);
    Settings settings = Settings.of(provider.settings(), Map.of());

    MergePolicy policy = provider.create(settings);

    assertThat(policy.getClass().getSimpleName()).isEqualTo(type);
    assertThat(policy).isNotSameAs(provider.create(settings));
  }

  @Test
  void priority_ageing_is_30_seconds_unless_configured() {
    List<FakeQueue> queues = FakeQueue.weighted(List.of(2, 1));
    queues.get(1).headWaitNanos = 60_000_000_000L;
    assertThat(Picks.next(1, mergePolicy("priority", Map.of()), queues)).isEqualTo("b");

    MergePolicy slow = mergePolicy("priority", Map.of("priority.ageing", "31s"));
    assertThat(Picks.next(1, slow, queues)).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          exponential |                                                             | ExponentialBackoff(base=2s, cap=60s, jitter=FULL)
          exponential | backoff.base=500ms,backoff.cap=10m,backoff.jitter=equal     | ExponentialBackoff(base=500ms, cap=600s, jitter=EQUAL)
          fixed       |                                                             | FixedBackoff(delay=2s, jitter=NONE)
          fixed       | backoff.delay=0s,backoff.jitter=full                        | FixedBackoff(delay=0s, jitter=FULL)
          """)
  void a_backoff_strategy_takes_its_settings(String id, String settings, String made) {
    assertThat(backoff(id, parse(settings))).hasToString(made);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          exponential | backoff.base=0s                   | backoff.base=0s: must be from 1ms to 365d
          exponential | backoff.cap=366d                  | backoff.cap=366d: must be from 1ms to 365d
          exponential | backoff.base=90s                  | backoff.base=90s: must be at most backoff.cap=60s
          exponential | backoff.jitter=some               | backoff.jitter=some: must be one of full, equal, none
          exponential | backoff.delay=1s                  | unknown setting 'backoff.delay'; known: backoff.cap, backoff.base, backoff.jitter
          fixed       | backoff.delay=366d                | backoff.delay=366d: must be from 0s to 365d
          fixed       | backoff.base=1s                   | unknown setting 'backoff.base'; known: backoff.delay, backoff.jitter
          """)
  void a_wrong_backoff_setting_is_refused_by_its_key(String id, String settings, String problem) {
    assertThatThrownBy(() -> backoff(id, parse(settings)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(problem);
  }

  @Test
  void a_wrong_ageing_is_refused_by_its_key() {
    assertThatThrownBy(() -> mergePolicy("priority", Map.of("priority.ageing", "0s")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("priority.ageing=0s: must be from 1ms to 365d");
  }

  @Test
  void both_strategies_share_one_jitter_setting() {
    assertThat(jitter("exponential")).isSameAs(jitter("fixed"));
  }

  private static Setting<?> jitter(String id) {
    return find(BackoffStrategyProvider.class, id).settings().stream()
        .filter(setting -> setting.key().equals("backoff.jitter"))
        .findFirst()
        .orElseThrow();
  }

  private static MergePolicy mergePolicy(String id, Map<String, String> values) {
    MergePolicyProvider provider = find(MergePolicyProvider.class, id);
    return provider.create(Settings.of(provider.settings(), values));
  }

  private static BackoffStrategy backoff(String id, Map<String, String> values) {
    BackoffStrategyProvider provider = find(BackoffStrategyProvider.class, id);
    return provider.create(Settings.of(provider.settings(), values));
  }

  private static Map<String, String> parse(String settings) {
    return settings == null
        ? Map.of()
        : List.of(settings.split(",", -1)).stream()
            .map(setting -> setting.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private static <P extends Provider> P find(Class<P> type, String id) {
    return ServiceLoader.load(type).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
