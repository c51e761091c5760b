package io.batchprocessor.testkit;

import io.batchprocessor.spi.Provider;
import java.util.List;
import java.util.ServiceLoader;

/** Providers as production finds them. */
final class LoadedProviders {

  private LoadedProviders() {}

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
