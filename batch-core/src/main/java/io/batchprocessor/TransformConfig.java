package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * A request transform as a configuration describes it: its id alone, or an object with a {@code
 * type} and its settings.
 *
 * <pre>{@code
 * {"type": "signed-url-multipart", "from": "gcs_uri", "field": "url", "copy": ["model"]}
 * }</pre>
 *
 * <p>Settings that an object leaves out are those of the same type in flat form, {@code
 * transform.signed-url-multipart.margin}, or their defaults.
 *
 * @param type id of its provider
 * @param settings by key as the object has them, without {@code transform.} and the type
 */
public record TransformConfig(String type, Map<String, String> settings) {

  private static final String TYPE = "type";

  /** Copies the map. */
  public TransformConfig {
    Objects.requireNonNull(type, "type");
    settings = Map.copyOf(settings);
  }

  /** A transform with the settings that its type has in flat form. */
  public static TransformConfig of(String type) {
    return new TransformConfig(type, Map.of());
  }

  /** The type, and the keys of what is set; the values may be secrets. */
  @Override
  public String toString() {
    return "TransformConfig[type=%s, settings=%s]"
        .formatted(type, new TreeSet<>(settings.keySet()));
  }

  /** What the keys of the type's settings begin with. */
  String prefix() {
    return "transform." + type + ".";
  }

  /**
   * Reads a list of ids and objects, or one of either; ids may be joined by commas. A map without
   * type counts as a list, as Spring binds lists to maps with numbers as keys.
   *
   * @throws InvalidSettingsException if an object has no type
   */
  static List<TransformConfig> readAll(Object value) {
    List<TransformConfig> configs = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(each -> configs.addAll(readAll(each)));
    } else if (value instanceof Map<?, ?> map
        && map.keySet().stream().allMatch(TransformConfig::isIndex)) {
      map.values().forEach(each -> configs.addAll(readAll(each)));
    } else if (value instanceof Map<?, ?> object) {
      configs.add(read(object));
    } else {
      Arrays.stream(String.valueOf(value).split(",", -1))
          .map(String::strip)
          .filter(id -> !id.isEmpty())
          .forEach(id -> configs.add(of(id)));
    }
    return configs;
  }

  private static boolean isIndex(Object key) {
    return String.valueOf(key).matches("\\d+");
  }

  private static TransformConfig read(Map<?, ?> object) {
    if (!(object.get(TYPE) instanceof String type)) {
      throw new InvalidSettingsException(
          "a transform object must have a type, such as \"type\": \"model-override\"; it has "
              + object.keySet());
    }
    Map<String, String> settings = new LinkedHashMap<>();
    object.forEach(
        (name, value) -> {
          String key = String.valueOf(name);
          if (!key.equals(TYPE) && value != null) {
            settings.put(key, GateConfig.text(key, value));
          }
        });
    return new TransformConfig(type, settings);
  }
}
