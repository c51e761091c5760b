package io.batchprocessor.redis;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that say which Redis a gate asks: the one of {@code redis.url} and what belongs to
 * it, or another that is the gate's own. What the two have in common are files and times, never a
 * user or a password.
 */
final class GateAddress {

  private final Setting<String> url;
  private final Setting<String> passwordFile;
  private final Setting<String> sentinelMaster;
  private final Setting<Boolean> cluster;

  /** For the gate with that id. */
  GateAddress(String id) {
    String prefix = "gate." + id + ".";
    url =
        Setting.secret(
            prefix + "url",
            "a Redis of the gate's own, as redis.url has it, user and password included; default:"
                + " that of redis.url");
    passwordFile =
        Setting.string(
            prefix + "password-file", "with url: a file whose first line is the password");
    sentinelMaster =
        Setting.string(
            prefix + "sentinel-master",
            "with url: name of the master; the hosts of url are its Sentinels");
    cluster =
        Setting.flag(prefix + "cluster", "with url: whether its hosts are nodes of a Redis Cluster")
            .withDefault("false");
  }

  /** These after the gate's own, and then those of redis.url. */
  List<Setting<?>> after(List<Setting<?>> own) {
    List<Setting<?>> all = new ArrayList<>(own);
    all.addAll(List.of(url, passwordFile, sentinelMaster, cluster, RedisSettings.URL));
    all.addAll(RedisSettings.ACCESS);
    return List.copyOf(all);
  }

  /**
   * Reads them.
   *
   * @throws InvalidSettingsException with what is wrong
   */
  RedisAddress of(Settings settings) {
    if (!settings.isSet(url)) {
      for (Setting<?> needsUrl : List.of(passwordFile, sentinelMaster, cluster)) {
        if (settings.isSet(needsUrl)) {
          throw new InvalidSettingsException("%s needs %s".formatted(needsUrl.key(), url.key()));
        }
      }
      return RedisAddress.of(settings, System.getenv());
    }
    Map<String, String> values = new HashMap<>();
    copy(settings, url, RedisSettings.URL, values);
    copy(settings, passwordFile, RedisSettings.PASSWORD_FILE, values);
    copy(settings, sentinelMaster, RedisSettings.SENTINEL_MASTER, values);
    copy(settings, cluster, RedisSettings.CLUSTER, values);
    if (settings.get(url).strip().startsWith("rediss:")) {
      RedisSettings.TLS.forEach(shared -> copy(settings, shared, shared, values));
    }
    values.put(RedisSettings.TIMEOUT.key(), settings.get(RedisSettings.TIMEOUT).toMillis() + "ms");
    try {
      return RedisAddress.of(Settings.of(after(List.of()), values), Map.of());
    } catch (InvalidSettingsException e) {
      throw new InvalidSettingsException(
          e.problems().stream()
              .map(problem -> "%s in the place of redis.url: %s".formatted(url.key(), problem))
              .toList());
    }
  }

  private static void copy(
      Settings settings, Setting<?> from, Setting<?> to, Map<String, String> values) {
    if (settings.isSet(from)) {
      values.put(to.key(), String.valueOf(settings.get(from)));
    }
  }
}
