package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch gate as a configuration describes it: its id alone, or an object with a {@code type},
 * its settings, and the gates inside it.
 *
 * <pre>{@code
 * {"type": "composite", "gates": [
 *     {"type": "scrape", "url": "http://vllm:8000/metrics", "metric": "vllm:num_requests_waiting",
 *      "labels": {"model_name": "llama"}, "per-pod": 5},
 *     {"type": "rate", "per-second": 5}]}
 * }</pre>
 *
 * <p>Settings that an object leaves out are those of the same type in flat form, {@code
 * gate.rate.burst}, or their defaults.
 *
 * @param type id of its provider
 * @param settings by key as the object has them, without {@code gate.} and the type
 * @param gates inside it, in order; null if the object has none, so that a flat setting may name
 *     them
 */
public record GateConfig(
    String type, Map<String, String> settings, @Nullable List<GateConfig> gates) {

  static final String TYPE = "type";

  /** Under one of these an object has what is inside. */
  private static final List<String> INSIDE = List.of("gate", "gates");

  /** Copies the collections. */
  public GateConfig {
    Objects.requireNonNull(type, "type");
    settings = Map.copyOf(settings);
    gates = gates == null ? null : List.copyOf(gates);
  }

  /** A gate with the settings that its type has in flat form. */
  public static GateConfig of(String type) {
    return new GateConfig(type, Map.of(), null);
  }

  /** The gates inside, if the object has any. */
  Optional<List<GateConfig>> inside() {
    return Optional.ofNullable(gates);
  }

  /** The type, and the keys of what is set; the values may be secrets. */
  @Override
  public String toString() {
    return "GateConfig[type=%s, settings=%s, gates=%s]"
        .formatted(type, new TreeSet<>(settings.keySet()), gates);
  }

  /** What the keys of the type's settings begin with. */
  String prefix() {
    return "gate." + type + ".";
  }

  /**
   * Reads an id or an object.
   *
   * @throws InvalidSettingsException if it is neither
   */
  static GateConfig read(Object value) {
    if (!(value instanceof Map<?, ?> object)) {
      return of(String.valueOf(value));
    }
    if (!(object.get(TYPE) instanceof String type)) {
      throw new InvalidSettingsException(
          "a gate object must have a type, such as \"type\": \"rate\"; it has " + object.keySet());
    }
    Map<String, String> settings = new LinkedHashMap<>();
    List<GateConfig> gates = null;
    for (Map.Entry<?, ?> each : object.entrySet()) {
      String key = String.valueOf(each.getKey());
      if (INSIDE.contains(key)) {
        gates = readAll(each.getValue());
      } else if (!key.equals(TYPE) && each.getValue() != null) {
        settings.put(key, text(key, each.getValue()));
      }
    }
    return new GateConfig(type, settings, gates);
  }

  /** A list; a map without type counts too, as Spring binds lists to maps with numbers as keys. */
  private static List<GateConfig> readAll(Object value) {
    List<GateConfig> gates = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(each -> gates.add(read(each)));
    } else if (value instanceof Map<?, ?> map && !map.containsKey(TYPE)) {
      map.values().forEach(each -> gates.add(read(each)));
    } else if (value != null) {
      gates.add(read(value));
    }
    return gates;
  }

  /** A list as text, and pairs likewise: {@code a=1,b=2}. */
  static String text(String key, Object value) {
    List<String> parts =
        value instanceof List<?> list
            ? list.stream().map(String::valueOf).toList()
            : value instanceof Map<?, ?> map
                ? map.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()
                : null;
    if (parts == null) {
      return String.valueOf(value);
    }
    parts.stream()
        .filter(part -> part.indexOf(',') >= 0)
        .findFirst()
        .ifPresent(
            part -> {
              throw new InvalidSettingsException(
                  "%s: '%s' can't have a comma".formatted(key, part));
            });
    return parts.stream().collect(Collectors.joining(","));
  }
}
