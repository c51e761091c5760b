package io.batchprocessor.testkit;

import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestTransformProvider;
import java.util.List;
import java.util.ServiceLoader;

/** Providers as production finds them. */
final class LoadedProviders {

  private static final List<Class<? extends Provider>> TYPES =
      List.of(
          QueueProvider.class,
          MergePolicyProvider.class,
          BackoffStrategyProvider.class,
          DispatchGateProvider.class,
          RequestTransformProvider.class,
          InferenceClientProvider.class,
          BatchListenerProvider.class);

  private LoadedProviders() {}

  /** What it provides. */
  static List<Class<? extends Provider>> typesOf(Provider provider) {
    return TYPES.stream().filter(type -> type.isInstance(provider)).toList();
  }

  /** Loads it as production does; does nothing if the loader does not know it. */
  static void loadAgain(Provider provider) {
    for (Class<? extends Provider> type : typesOf(provider)) {
      ServiceLoader.load(type).stream()
          .filter(found -> found.type() == provider.getClass())
          .forEach(ServiceLoader.Provider::get);
    }
  }

  static <P extends Provider> List<P> all(Class<P> type) {
    return ServiceLoader.load(type).stream().map(ServiceLoader.Provider::get).toList();
  }

  static <P extends Provider> P get(Class<P> type, String id) {
    List<P> all = all(type);
    return all.stream()
        .filter(provider -> provider.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "no %s '%s'; found: %s; is it named in META-INF/services/%s?"
                        .formatted(
                            type.getSimpleName(),
                            id,
                            String.join(", ", all.stream().map(Provider::id).toList()),
                            type.getName())));
  }
}
