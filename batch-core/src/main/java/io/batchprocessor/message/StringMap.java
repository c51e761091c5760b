package io.batchprocessor.message;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map that keeps the producer's order, as {@link Map#copyOf} would not, and that is
 * not copied again on its way from the request to the result.
 */
final class StringMap extends AbstractMap<String, String> {

  static final StringMap EMPTY = new StringMap(Map.of());

  private final Map<String, String> entries;

  private StringMap(Map<String, String> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /** Over {@code entries} itself, which keeps its order and which the caller gives up. */
  static StringMap wrap(Map<String, String> entries) {
    return entries.isEmpty() ? EMPTY : new StringMap(entries);
  }

  /**
   * A copy, or {@code map} itself if it is immutable already.
   *
   * @throws NullPointerException if a key or a value is null
   */
  static StringMap copyOf(Map<String, String> map) {
    if (map instanceof StringMap same) {
      return same;
    }
    LinkedHashMap<String, String> copy = new LinkedHashMap<>();
    map.forEach(
        (key, value) ->
            copy.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value")));
    return wrap(copy);
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public @Nullable String get(@Nullable Object key) {
    return entries.get(key);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return entries.containsKey(key);
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return entries.entrySet();
  }
}
