package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kinds of settings that several gates have. */
final class GateSettings {

  private GateSettings() {}

  static Setting<Double> share(String key, String description) {
    return Setting.decimal(key, description)
        .where("from 0 to 1", value -> value >= 0 && value <= 1);
  }

  static Setting<Integer> atLeastOne(String key, String description) {
    return Setting.integer(key, description).where("≥ 1", value -> value >= 1);
  }

  static Setting<Duration> positive(String key, String description) {
    return Setting.duration(key, description)
        .where("from 1ms to 1d", value -> value.toMillis() >= 1 && value.toDays() < 1);
  }

  static Setting<URI> url(String key, String description) {
    return Setting.uri(key, description).where("http or https", GateSettings::isHttp);
  }

  static boolean isHttp(URI url) {
    return ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()))
        && url.getHost() != null
        && url.getUserInfo() == null
        && url.getFragment() == null;
  }

  /** Pairs such as {@code model_name=llama}. */
  static Setting<List<String>> labels(String key, String description) {
    return Setting.list(key, description)
        .where("name=value", pairs -> pairs.stream().allMatch(pair -> pair.indexOf('=') > 0));
  }

  static Map<String, String> map(List<String> pairs) {
    Map<String, String> map = new HashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      map.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return map;
  }

  /**
   * The one gate inside.
   *
   * @throws InvalidSettingsException if there is none, or several
   */
  static DispatchGate onlyGate(DispatchGateContext context, Setting<?> setting) {
    if (context.gates().size() != 1) {
      throw new InvalidSettingsException(
          "%s must be one gate, is %d".formatted(setting.key(), context.gates().size()));
    }
    return context.gates().get(0);
  }
}
