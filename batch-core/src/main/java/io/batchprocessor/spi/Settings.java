package io.batchprocessor.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of a provider's settings, checked: every key is known, every value readable.
 * Immutable.
 */
public final class Settings {

  private final Map<String, Setting<?>> known;
  private final Map<String, String> values;
  private final List<String> queues;

  private Settings(Map<String, Setting<?>> known, Map<String, String> values, List<String> queues) {
    this.known = known;
    this.values = values;
    this.queues = queues;
  }

  /** No settings, no queues. */
  public static Settings none() {
    return new Settings(Map.of(), Map.of(), List.of());
  }

  /**
   * Settings with these values.
   *
   * @throws InvalidSettingsException with every key that is unknown, nearest known ones first, and
   *     every value that can't be read
   */
  public static Settings of(List<? extends Setting<?>> known, Map<String, String> values) {
    Map<String, Setting<?>> byKey = new LinkedHashMap<>();
    known.forEach(setting -> byKey.put(setting.key(), setting));
    List<String> problems = new ArrayList<>();
    new TreeMap<>(values)
        .forEach(
            (key, value) -> {
              Setting<?> setting = byKey.get(key);
              if (setting == null) {
                problems.add(unknown(key, byKey.keySet().stream().toList()));
              } else {
                problem(setting, value).ifPresent(problems::add);
              }
            });
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
    return new Settings(byKey, Map.copyOf(values), List.of());
  }

  /** What to say about a key that nobody knows: the known ones, nearest first. */
  public static String unknown(String key, List<String> known) {
    return "unknown setting '%s'; known: %s".formatted(key, String.join(", ", nearest(key, known)));
  }

  /** The known keys, those that look most like {@code key} first. */
  public static List<String> nearest(String key, List<String> known) {
    return known.stream()
        .sorted(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .toList();
  }

  /** The same settings for the request queues that a configuration's {@code queues} array names. */
  public Settings withQueues(List<String> names) {
    return new Settings(known, values, List.copyOf(names));
  }

  /** The request queues that the configuration names; empty: the provider's own setting decides. */
  public List<String> queues() {
    return queues;
  }

  /**
   * A value, or its default.
   *
   * @throws InvalidSettingsException if there is neither
   * @throws IllegalArgumentException if the provider does not list the setting
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(
            () ->
                new InvalidSettingsException(
                    "%s is missing: %s".formatted(setting.key(), setting.description())));
  }

  /**
   * A value, or its default; empty if there is neither.
   *
   * @throws IllegalArgumentException if the provider does not list the setting
   */
  public <T> Optional<T> find(Setting<T> setting) {
    if (!known.containsKey(setting.key())) {
      throw new IllegalArgumentException("setting '%s' is not listed".formatted(setting.key()));
    }
    @Nullable String value = values.get(setting.key());
    return Optional.ofNullable(value).or(setting::defaultText).map(setting::parse);
  }

  /** Whether a value was given, be it the default's. */
  public boolean isSet(Setting<?> setting) {
    return values.containsKey(setting.key());
  }

  /** Keys and values; secrets masked. */
  @Override
  public String toString() {
    Map<String, String> shown = new TreeMap<>(values);
    shown.replaceAll(
        (key, value) -> Objects.requireNonNull(known.get(key)).isSecret() ? "***" : value);
    return "Settings" + shown;
  }

  private static Optional<String> problem(Setting<?> setting, String value) {
    try {
      setting.parse(value);
      return Optional.empty();
    } catch (InvalidSettingsException e) {
      return Optional.of(e.problems().get(0));
    }
  }

  /** Levenshtein's edit distance, two rows at a time. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
