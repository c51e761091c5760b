package io.batchprocessor;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Notes of listeners as the broker keeps them: attributes of a retry whose names have a prefix that
 * tells them from a producer's. A version that knows no notes takes them for what the producer
 * said: they are in the metadata of its results then, and nothing else comes of it.
 */
final class Notes {

  /** How many of them a retry carries. */
  static final int MOST = 8;

  private static final String PREFIX = "batch-retry-note-";
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e]{1,256}");

  private Notes() {}

  /** What the notes among a delivery's attributes say. */
  static Map<String, String> in(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .filter(attribute -> attribute.getKey().startsWith(PREFIX))
        .collect(
            Collectors.toUnmodifiableMap(
                attribute -> attribute.getKey().substring(PREFIX.length()), Map.Entry::getValue));
  }

  /** A delivery's attributes but for the notes: what producer and broker say. */
  static Map<String, String> without(Map<String, String> attributes) {
    if (attributes.keySet().stream().noneMatch(name -> name.startsWith(PREFIX))) {
      return attributes;
    }
    Map<String, String> others = new HashMap<>(attributes);
    others.keySet().removeIf(name -> name.startsWith(PREFIX));
    return others;
  }

  /**
   * The attributes that carry notes.
   *
   * @throws IllegalArgumentException if one is no note
   */
  static Map<String, String> asAttributes(Map<String, String> notes) {
    Map<String, String> attributes = new HashMap<>();
    notes.forEach(
        (name, value) -> {
          if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                "a note has a name like %s and up to 256 visible ASCII characters, not '%s'"
                    .formatted(NAME, name));
          }
          attributes.put(PREFIX + name, value);
        });
    return attributes;
  }
}
