package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as a tree, the way JSON and YAML have it: settings at the top, those of a
 * provider also nested under their prefix, the arrays {@code queues} and {@code pools}, and gates
 * and transforms as objects.
 *
 * @param values settings by key, nested ones joined by dots
 * @param gate the gate of every pool that has none of its own, if the tree has it as an object
 * @param transforms those of every queue for which nothing else is said, if the tree has a list
 */
record ConfigTree(
    Map<String, String> values,
    @Nullable GateConfig gate,
    @Nullable List<TransformConfig> transforms,
    List<QueueConfig> queues,
    List<PoolConfig> pools) {

  private static final String QUEUES = "queues";
  private static final String POOLS = "pools";
  private static final String LABELS = "labels";
  private static final String GATE = "gate";
  private static final String TRANSFORMS = "transforms";

  /** Keys that mean the same as others, for those who know them so. */
  private static final Map<String, String> ALIASES =
      Map.of("inference-objective", ProcessorSettings.INFERENCE_OBJECTIVE.key());

  /**
   * Reads a tree.
   *
   * @throws InvalidSettingsException with everything that is wrong in {@code queues}, {@code
   *     pools}, a {@code gate} object and a list of {@code transforms}
   */
  static ConfigTree of(Map<String, ?> tree) {
    Map<String, Object> top = new LinkedHashMap<>(tree);
    List<String> problems = new ArrayList<>();
    List<QueueConfig> queues = new ArrayList<>();
    List<PoolConfig> pools = new ArrayList<>();
    for (Map<String, Object> element : elements(QUEUES, top.remove(QUEUES), problems)) {
      attempt(problems, QUEUES, () -> queues.add(queue(element)));
    }
    for (Map<String, Object> element : elements(POOLS, top.remove(POOLS), problems)) {
      attempt(problems, POOLS, () -> pools.add(pool(element)));
    }
    findTwice(QUEUES, queues.stream().map(QueueConfig::name).toList(), problems);
    findTwice(POOLS, pools.stream().map(PoolConfig::name).toList(), problems);
    GateConfig[] gate = new GateConfig[1];
    if (top.get(GATE) instanceof Map<?, ?> object && object.containsKey(GateConfig.TYPE)) {
      attempt(problems, GATE, () -> gate[0] = GateConfig.read(object));
      top.remove(GATE);
    }
    List<TransformConfig> transforms = null;
    if (top.get(TRANSFORMS) instanceof Map || top.get(TRANSFORMS) instanceof List) {
      Object list = Objects.requireNonNull(top.remove(TRANSFORMS), TRANSFORMS);
      transforms = new ArrayList<>();
      List<TransformConfig> read = transforms;
      attempt(problems, TRANSFORMS, () -> read.addAll(TransformConfig.readAll(list)));
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
    Map<String, String> values = new LinkedHashMap<>();
    flatten("", top, values);
    return new ConfigTree(values, gate[0], transforms, queues, pools);
  }

  private static QueueConfig queue(Map<String, Object> element) {
    Map<String, Object> copy = new LinkedHashMap<>(element);
    Map<String, String> labels = labels(copy.remove(LABELS));
    GateConfig gate = gate(copy);
    List<TransformConfig> transforms = transforms(copy);
    Settings settings = settings(QueueConfig.settings(), copy);
    return new QueueConfig(
        settings.get(QueueConfig.NAME),
        settings.find(QueueConfig.ENDPOINT).orElse(null),
        settings.find(QueueConfig.PATH).orElse(null),
        settings.find(QueueConfig.OBJECTIVE).orElse(null),
        settings.get(QueueConfig.WEIGHT),
        labels,
        settings.get(QueueConfig.POOL),
        gate,
        transforms,
        QueueOrder.read(settings));
  }

  /** Spring has an empty text for an empty map. */
  private static Map<String, String> labels(@Nullable Object value) {
    Map<String, String> labels = new HashMap<>();
    if (value instanceof Map<?, ?> some) {
      some.forEach((key, each) -> labels.put(String.valueOf(key), String.valueOf(each)));
    } else if (value != null && !value.equals("")) {
      throw new InvalidSettingsException(
          "labels must be an object, such as {\"team\": \"a\"}; is '%s'".formatted(value));
    }
    return labels;
  }

  private static PoolConfig pool(Map<String, Object> element) {
    Map<String, Object> copy = new LinkedHashMap<>(element);
    GateConfig gate = gate(copy);
    List<TransformConfig> transforms = transforms(copy);
    Settings settings = settings(PoolConfig.settings(), copy);
    return new PoolConfig(
        settings.get(PoolConfig.NAME),
        settings.get(PoolConfig.CONCURRENCY),
        settings.find(PoolConfig.MERGE_POLICY).orElse(null),
        gate,
        transforms);
  }

  private static @Nullable GateConfig gate(Map<String, Object> element) {
    Object gate = element.remove(GATE);
    return gate == null ? null : GateConfig.read(gate);
  }

  private static @Nullable List<TransformConfig> transforms(Map<String, Object> element) {
    Object transforms = element.remove(TRANSFORMS);
    return transforms == null ? null : TransformConfig.readAll(transforms);
  }

  private static Settings settings(List<Setting<?>> known, Map<String, Object> element) {
    Map<String, String> values = new LinkedHashMap<>();
    flatten("", element, values);
    return Settings.of(known, values);
  }

  private static void flatten(String prefix, Map<?, ?> tree, Map<String, String> values) {
    tree.forEach(
        (name, value) -> {
          String joined = prefix + name;
          String key = ALIASES.getOrDefault(joined, joined);
          if (value instanceof List<?> list) {
            values.put(key, commaSeparated(list));
          } else if (value instanceof Map<?, ?> map && isList(map)) {
            values.put(key, commaSeparated(map.values()));
          } else if (value instanceof Map<?, ?> nested) {
            flatten(key + ".", nested, values);
          } else if (value != null) {
            values.put(key, String.valueOf(value));
          }
        });
  }

  private static String commaSeparated(Collection<?> list) {
    return list.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Spring binds lists to maps with numbers as keys; no setting's name is a number. */
  private static boolean isList(Map<?, ?> map) {
    return !map.isEmpty()
        && map.keySet().stream().allMatch(key -> String.valueOf(key).matches("\\d+"));
  }

  /** A JSON array of objects; a map counts too, as it does in {@link #isList}. */
  private static List<Map<String, Object>> elements(
      String key, @Nullable Object value, List<String> problems) {
    List<Map<String, Object>> elements = new ArrayList<>();
    Iterable<?> all =
        value == null
            ? List.of()
            : value instanceof List<?> list
                ? list
                : value instanceof Map<?, ?> map ? map.values() : List.of(value);
    for (Object element : all) {
      if (element instanceof Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((name, each) -> copy.put(String.valueOf(name), each));
        elements.add(copy);
      } else {
        problems.add("%s: each element must be an object with a name".formatted(key));
      }
    }
    return elements;
  }

  private static void findTwice(String key, List<String> names, List<String> problems) {
    Set<String> seen = new HashSet<>();
    names.stream()
        .filter(name -> !seen.add(name))
        .distinct()
        .forEach(name -> problems.add("%s: '%s' is there more than once".formatted(key, name)));
  }

  private static void attempt(List<String> problems, String key, Runnable reading) {
    try {
      reading.run();
    } catch (InvalidSettingsException e) {
      e.problems().forEach(problem -> problems.add(key + ": " + problem));
    }
  }
}
