package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rules 111 to 113, of {@link Provider}: for a provider of any type.
 *
 * {@snippet :
 * class MyPolicyProviderKitTest implements ProviderContract {
 *   @Override
 *   public Provider provider() {
 *     return ProviderContract.find(MergePolicyProvider.class, "my-policy");
 *   }
 * }
 * }
 */
@ExtendWith(RuleReport.class)
public interface ProviderContract {

  /** The provider, as production finds it: see {@link #find}. */
  Provider provider();

  /**
   * Looks a provider up as production does.
   *
   * @throws AssertionError if there is none with this id, with the ids that there are
   */
  static <P extends Provider> P find(Class<P> type, String id) {
    return LoadedProviders.get(type, id);
  }

  @Test
  default void rule_111_id_is_constant_of_words_joined_by_hyphens_and_unique() {
    Provider provider = provider();
    String id = provider.id();

    assertThat(id).matches("[a-z0-9]+(-[a-z0-9]+)*");
    assertThat(provider.id()).isEqualTo(id);
    LoadedProviders.typesOf(provider)
        .forEach(
            type ->
                assertThat(LoadedProviders.all(type))
                    .filteredOn(other -> other.id().equals(id))
                    .allMatch(other -> other.getClass() == provider.getClass())
                    .hasSizeLessThanOrEqualTo(1));
  }

  /** That no other setting is read shows in all other rules: {@link Settings} refuses it. */
  @Test
  default void rule_112_settings_are_listed_and_no_other_key_is_taken() {
    List<Setting<?>> settings = provider().settings();

    assertThat(settings).extracting(Setting::key).doesNotHaveDuplicates();
    assertThat(settings).allMatch(setting -> !setting.description().isBlank());
    assertThat(provider().settings())
        .extracting(Setting::key)
        .containsExactlyElementsOf(settings.stream().map(Setting::key).toList());
    assertThatThrownBy(() -> Settings.of(settings, Map.of("no-such-key", "1")))
        .isInstanceOf(InvalidSettingsException.class);
  }

  /** Connections are not seen from outside; threads are. */
  @Test
  default void rule_113_loading_a_provider_and_asking_it_does_nothing_else() throws Exception {
    // Whoever says which provider it is may start what the test needs.
    Provider provider = provider();
    ThreadWatch watch = new ThreadWatch();

    watch.run(
        () -> {
          LoadedProviders.loadAgain(provider);
          return provider.id() + provider.settings();
        });

    Awaitility.await()
        .untilAsserted(() -> assertThat(watch.alive()).as("threads that it started").isEmpty());
  }
}
