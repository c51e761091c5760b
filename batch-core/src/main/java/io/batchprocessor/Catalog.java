package io.batchprocessor;

import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that a configuration can name, as found through {@link ServiceLoader}. */
final class Catalog {

  final Providers<QueueProvider> queues;
  final Providers<MergePolicyProvider> mergePolicies;
  final Providers<BackoffStrategyProvider> backoffs;
  final Providers<DispatchGateProvider> gates;
  final Providers<RequestTransformProvider> transforms;
  final Providers<InferenceClientProvider> clients;
  final Providers<BatchListenerProvider> listeners;

  Catalog() {
    queues = Providers.of("queue provider", ServiceLoader.load(QueueProvider.class));
    mergePolicies = Providers.of("merge policy", ServiceLoader.load(MergePolicyProvider.class));
    backoffs = Providers.of("backoff strategy", ServiceLoader.load(BackoffStrategyProvider.class));
    gates = Providers.of("dispatch gate", ServiceLoader.load(DispatchGateProvider.class));
    transforms =
        Providers.of("request transform", ServiceLoader.load(RequestTransformProvider.class));
    clients = Providers.of("HTTP client", ServiceLoader.load(InferenceClientProvider.class));
    listeners = Providers.of("listener", ServiceLoader.load(BatchListenerProvider.class));
  }

  /** The settings of all providers, each key once. */
  List<Setting<?>> settings() {
    Map<String, Setting<?>> byKey = new LinkedHashMap<>();
    all()
        .flatMap(providers -> providers.settings().stream())
        .forEach(setting -> byKey.putIfAbsent(setting.key(), setting));
    return List.copyOf(byKey.values());
  }

  /** Every provider with the settings that it knows, for help texts: by kind, then by id. */
  Map<String, List<Setting<?>>> settingsByProvider() {
    Map<String, List<Setting<?>>> sections = new LinkedHashMap<>();
    all()
        .flatMap(providers -> providers.all().stream())
        .filter(provider -> !provider.settings().isEmpty())
        .forEach(provider -> sections.put(provider.id(), provider.settings()));
    return sections;
  }

  /**
   * The values that a provider reads.
   *
   * @throws InvalidSettingsException with every value that can't be read
   */
  static Settings settingsOf(Provider provider, Map<String, String> values) {
    Set<String> keys = provider.settings().stream().map(Setting::key).collect(Collectors.toSet());
    Map<String, String> own = new HashMap<>(values);
    own.keySet().retainAll(keys);
    return Settings.of(provider.settings(), own);
  }

  /** Keys that neither the processor nor any provider knows, each with what to say about it. */
  List<String> unknown(Collection<String> keys) {
    List<String> known = new ArrayList<>();
    ProcessorSettings.all().forEach(setting -> known.add(setting.key()));
    settings().forEach(setting -> known.add(setting.key()));
    return keys.stream()
        .filter(key -> !known.contains(key))
        .sorted()
        .map(key -> Settings.unknown(key, known))
        .toList();
  }

  private Stream<Providers<?>> all() {
    return Stream.of(queues, mergePolicies, backoffs, gates, transforms, clients, listeners);
  }
}
