package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.Setting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The providers of one type that are on the class path, by id.
 *
 * @param <P> the type
 */
final class Providers<P extends Provider> {

  /** Which module to add for an id of ours that is not there. */
  private static final Map<String, String> MODULES =
      Map.of(
          "redis-pubsub", "batch-redis",
          "redis-sortedset", "batch-redis",
          "redis-streams", "batch-redis",
          "gcp-pubsub", "batch-gcp-pubsub");

  private final String kind;
  private final Map<String, P> byId;

  private Providers(String kind, Map<String, P> byId) {
    this.kind = kind;
    this.byId = byId;
  }

  /**
   * Finds them.
   *
   * @param kind what they are, in words
   * @param loader a loader made by the caller, whose module says that it uses the type
   * @throws InvalidSettingsException if two have one id
   */
  static <P extends Provider> Providers<P> of(String kind, ServiceLoader<P> loader) {
    Map<String, List<P>> found = new TreeMap<>();
    loader.forEach(
        provider -> found.computeIfAbsent(provider.id(), id -> new ArrayList<>()).add(provider));
    Map<String, P> byId = new LinkedHashMap<>();
    found.forEach(
        (id, same) -> {
          if (same.size() > 1) {
            throw new InvalidSettingsException(
                "%s '%s' is provided twice: by %s; remove one of them from the class path"
                    .formatted(
                        kind,
                        id,
                        same.stream()
                            .map(provider -> provider.getClass().getName())
                            .collect(Collectors.joining(" and "))));
          }
          byId.put(id, same.get(0));
        });
    return new Providers<>(kind, byId);
  }

  /**
   * The one with this id.
   *
   * @throws InvalidSettingsException if there is none, with the ids found
   */
  P get(String id) {
    return find(id).orElseThrow(() -> new InvalidSettingsException(missing(id)));
  }

  Optional<P> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  Collection<P> all() {
    return byId.values();
  }

  List<Setting<?>> settings() {
    List<Setting<?>> settings = new ArrayList<>();
    byId.values().forEach(provider -> settings.addAll(provider.settings()));
    return settings;
  }

  private String missing(String id) {
    String module = MODULES.get(id);
    return "%s '%s' not found; found: %s; %s"
        .formatted(
            kind,
            id,
            byId.isEmpty() ? "none" : String.join(", ", byId.keySet()),
            module == null
                ? "is its module on the class path?"
                : "add io.batchprocessor:" + module + " to the class path");
  }
}
