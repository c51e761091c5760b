package io.batchprocessor;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns gates as a configuration describes them into what makes them, and checks them. */
final class GateSources {

  private final Providers<DispatchGateProvider> providers;
  private final Map<String, String> flat;

  /**
   * For one configuration.
   *
   * @param flat its flat settings
   */
  GateSources(Providers<DispatchGateProvider> providers, Map<String, String> flat) {
    this.providers = providers;
    this.flat = flat;
  }

  /**
   * What makes a gate, those inside it included.
   *
   * @throws InvalidSettingsException with everything that is wrong with it
   */
  GateSource of(GateConfig config) {
    return of(config, List.of());
  }

  private GateSource of(GateConfig config, List<String> around) {
    DispatchGateProvider provider = providers.get(config.type());
    Problems problems = new Problems();
    Optional<Settings> settings = problems.attempt(() -> settings(provider, config));
    settings.ifPresent(
        own ->
            problems.attempt(
                () -> {
                  provider.check(own);
                  return own;
                }));
    List<GateSource> inside = new ArrayList<>();
    problems
        .attempt(() -> inside(provider, config, around))
        .ifPresent(
            configs -> {
              List<String> path = new ArrayList<>(around);
              path.add(config.type());
              for (GateConfig each : configs) {
                problems.attempt(() -> of(each, path)).ifPresent(inside::add);
              }
            });
    problems.throwIfAny();
    return surroundings -> create(provider, settings.orElseThrow(), inside, surroundings);
  }

  /** Those of the object over those in flat form. */
  private Settings settings(DispatchGateProvider provider, GateConfig config) {
    List<String> known = provider.settings().stream().map(Setting::key).toList();
    Map<String, String> values = new HashMap<>(flat);
    values.keySet().retainAll(known);
    config.settings().forEach((key, value) -> values.put(config.prefix() + key, value));
    return Settings.of(provider.settings(), values);
  }

  /** From the object if it has any inside, else from the flat setting that names them. */
  private List<GateConfig> inside(
      DispatchGateProvider provider, GateConfig config, List<String> around) {
    Optional<Setting<?>> setting =
        provider.settings().stream()
            .filter(
                each ->
                    each.key().equals(config.prefix() + "gates")
                        || each.key().equals(config.prefix() + "gate"))
            .findFirst();
    if (setting.isEmpty()) {
      if (config.inside().isPresent()) {
        throw new InvalidSettingsException(
            "gate '%s' has no other gates inside".formatted(config.type()));
      }
      return List.of();
    }
    List<GateConfig> inside = config.inside().orElseGet(() -> named(config, setting.get(), around));
    checkNumber(setting.get(), inside);
    return inside;
  }

  private List<GateConfig> named(GateConfig config, Setting<?> setting, List<String> around) {
    String ids = flat.getOrDefault(setting.key(), "");
    if (ids.isBlank()) {
      throw new InvalidSettingsException(
          "%s is missing: %s".formatted(setting.key(), setting.description()));
    }
    if (around.contains(config.type())) {
      throw new InvalidSettingsException(
          "%s=%s: gate '%s' is inside itself; write it as objects in a configuration file"
              .formatted(setting.key(), ids, config.type()));
    }
    return Arrays.stream(ids.split(",", -1)).map(String::strip).map(GateConfig::of).toList();
  }

  /** As the setting bounds it: one, where it is called {@code gate}. */
  private static void checkNumber(Setting<?> setting, List<GateConfig> inside) {
    setting.parse(inside.stream().map(GateConfig::type).collect(Collectors.joining(",")));
    if (setting.key().endsWith(".gate") && inside.size() != 1) {
      throw new InvalidSettingsException(
          "%s must be one gate, is %d".formatted(setting.key(), inside.size()));
    }
  }

  private static DispatchGate create(
      DispatchGateProvider provider,
      Settings settings,
      List<GateSource> inside,
      GateSource.Surroundings surroundings) {
    List<DispatchGate> gates = new ArrayList<>();
    try {
      for (GateSource each : inside) {
        gates.add(each.create(surroundings));
      }
      DispatchGateContext context =
          new DispatchGateContext(
              settings,
              gates,
              surroundings.labels(),
              surroundings.concurrency(),
              surroundings.threads(),
              surroundings.ticker());
      return Assembly.made(provider.create(context), "dispatch gate '" + provider.id() + "'");
    } catch (RuntimeException | Error e) {
      gates.forEach(gate -> closeAfter(e, gate));
      throw e;
    }
  }

  /** It may have threads already. */
  private static void closeAfter(Throwable fault, DispatchGate gate) {
    try {
      gate.close();
    } catch (RuntimeException | Error e) {
      fault.addSuppressed(e);
    }
  }
}
