package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Every setting there is: the program's, the processor's, those of each provider found. */
final class KnownSettings {

  private static final String VARIABLE_PREFIX = "BATCH_";

  /** What Kubernetes sets in every pod for a service that is called {@code batch}. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile("BATCH_(SERVICE_(HOST|PORT)|PORT)(_.*)?");

  private static final Map<String, String> ALIASES =
      Map.of(ProcessorSettings.INFERENCE_OBJECTIVE.key(), "inference-objective");

  private final List<Section> sections;
  private final Map<String, Setting<?>> byKey;

  /** Settings that belong together, for help texts. */
  record Section(String title, List<Setting<?>> settings) {}

  private KnownSettings(List<Section> sections) {
    this.sections = sections;
    this.byKey = new LinkedHashMap<>();
    sections.forEach(
        section -> section.settings().forEach(setting -> byKey.put(setting.key(), setting)));
  }

  /** Asks every provider on the class path. */
  static KnownSettings find() {
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("This program", ProgramSettings.all()));
    sections.add(new Section("Processor", ProcessorSettings.all()));
    sections.addAll(providers(BatchProcessor.providerSettings()));
    return new KnownSettings(sections);
  }

  /** One section for all providers that know the same settings. */
  private static List<Section> providers(Map<String, List<Setting<?>>> settingsByProvider) {
    Map<String, Setting<?>> settings = new LinkedHashMap<>();
    Map<String, List<String>> users = new LinkedHashMap<>();
    settingsByProvider.forEach(
        (id, known) ->
            known.forEach(
                setting -> {
                  settings.putIfAbsent(setting.key(), setting);
                  users.computeIfAbsent(setting.key(), key -> new ArrayList<>()).add(id);
                }));
    Map<List<String>, List<Setting<?>>> byUsers = new LinkedHashMap<>();
    settings.forEach(
        (key, setting) ->
            byUsers
                .computeIfAbsent(users.getOrDefault(key, List.of()), ids -> new ArrayList<>())
                .add(setting));
    List<Section> sections = new ArrayList<>();
    byUsers.forEach((ids, some) -> sections.add(new Section(String.join(", ", ids), some)));
    return sections;
  }

  List<Section> sections() {
    return sections;
  }

  List<Setting<?>> all() {
    return List.copyOf(byKey.values());
  }

  List<String> keys() {
    return List.copyOf(byKey.keySet());
  }

  /** Its flags; the first has the key's name. */
  static List<String> flags(Setting<?> setting) {
    String alias = ALIASES.get(setting.key());
    return alias == null
        ? List.of("--" + setting.key())
        : List.of("--" + setting.key(), "--" + alias);
  }

  /**
   * Variables that look like settings and are none, each with the nearest that is one, for a
   * warning.
   */
  List<String> unknownVariables(Set<String> names) {
    List<String> variables = all().stream().map(KnownSettings::variable).toList();
    return names.stream()
        .filter(name -> name.startsWith(VARIABLE_PREFIX) && !variables.contains(name))
        .filter(name -> !OF_KUBERNETES.matcher(name).matches())
        .sorted()
        .map(name -> name + " (nearest: " + Settings.nearest(name, variables).get(0) + ")")
        .toList();
  }

  /** Its environment variable: {@code redis.url} is {@code BATCH_REDIS_URL}. */
  static String variable(Setting<?> setting) {
    return VARIABLE_PREFIX
        + setting
            .key()
            .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
            .replaceAll("[.-]", "_")
            .toUpperCase(Locale.ROOT);
  }
}
