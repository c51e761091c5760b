package io.batchprocessor.redis;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Where Redis is and how to get in. Its text form shows no secret.
 *
 * @param hosts the server; or the Sentinels, or nodes of the Cluster
 * @param sentinelMaster the master's name where the hosts are Sentinels
 */
record RedisAddress(
    List<HostAndPort> hosts,
    boolean tls,
    @Nullable String user,
    @Nullable String password,
    int database,
    boolean cluster,
    @Nullable String sentinelMaster,
    @Nullable String sentinelUser,
    @Nullable String sentinelPassword,
    Optional<Path> truststore,
    @Nullable String truststorePassword,
    Optional<Path> keystore,
    @Nullable String keystorePassword,
    Duration timeout) {

  private static final int DEFAULT_PORT = 6379;
  private static final int LAST_PORT = 65_535;
  private static final Pattern URL =
      Pattern.compile("(rediss?)://(?:([^/@]*)@)?([^/@?#]+)(?:/([0-9]{1,4})?)?");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+)(?::([0-9]{1,5}))?");

  /** Reads the settings; {@code environment} is asked for REDIS_URL and REDIS_PASSWORD. */
  static RedisAddress of(Settings settings, Map<String, String> environment) {
    String url =
        settings.isSet(RedisSettings.URL)
            ? settings.get(RedisSettings.URL)
            : notEmpty(environment, "REDIS_URL").orElseGet(() -> settings.get(RedisSettings.URL));
    Matcher parts = URL.matcher(url.strip());
    if (!parts.matches()) {
      throw wrongUrl();
    }
    String userInfo = parts.group(2);
    int colon = userInfo == null ? -1 : userInfo.indexOf(':');
    @Nullable String urlUser =
        userInfo == null ? null : emptyToNull(colon < 0 ? userInfo : userInfo.substring(0, colon));
    @Nullable String urlPassword =
        userInfo == null || colon < 0 ? null : emptyToNull(userInfo.substring(colon + 1));
    boolean cluster = settings.get(RedisSettings.CLUSTER);
    @Nullable String master = settings.find(RedisSettings.SENTINEL_MASTER).orElse(null);
    List<HostAndPort> hosts = hosts(parts.group(3));
    int database = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
    boolean tls = parts.group(1).equals("rediss");
    check(hosts, cluster, master, database);
    checkTls(tls, settings);
    return new RedisAddress(
        hosts,
        tls,
        settings.find(RedisSettings.USERNAME).orElse(urlUser),
        password(settings, urlPassword, environment),
        database,
        cluster,
        master,
        settings.find(RedisSettings.SENTINEL_USERNAME).orElse(null),
        settings.find(RedisSettings.SENTINEL_PASSWORD).orElse(null),
        settings.find(RedisSettings.TRUSTSTORE).map(file -> readable("redis.tls-truststore", file)),
        settings.find(RedisSettings.TRUSTSTORE_PASSWORD).orElse(null),
        settings.find(RedisSettings.KEYSTORE).map(file -> readable("redis.tls-keystore", file)),
        settings.find(RedisSettings.KEYSTORE_PASSWORD).orElse(null),
        settings.get(RedisSettings.TIMEOUT));
  }

  private static void check(
      List<HostAndPort> hosts, boolean cluster, @Nullable String master, int database) {
    if (cluster && master != null) {
      throw new InvalidSettingsException(
          "redis.cluster and redis.sentinel-master exclude each other: set one of them");
    }
    if (cluster && database != 0) {
      throw new InvalidSettingsException("redis.url: a Redis Cluster has database 0 only");
    }
    if (hosts.size() > 1 && !cluster && master == null) {
      throw new InvalidSettingsException(
          "redis.url names several hosts: set redis.cluster=true or redis.sentinel-master=<name>");
    }
  }

  private static void checkTls(boolean tls, Settings settings) {
    for (Setting<?> needsTls : RedisSettings.TLS) {
      if (!tls && settings.isSet(needsTls)) {
        throw new InvalidSettingsException(
            "%s needs rediss:// in redis.url: with redis:// nothing is encrypted"
                .formatted(needsTls.key()));
      }
    }
  }

  private static Optional<String> notEmpty(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static List<HostAndPort> hosts(String text) {
    List<HostAndPort> hosts = new ArrayList<>();
    for (String host : text.split(",", -1)) {
      Matcher parts = HOST.matcher(host.strip());
      if (!parts.matches()) {
        throw wrongUrl();
      }
      int port = parts.group(2) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(2));
      if (port < 1 || port > LAST_PORT) {
        throw wrongUrl();
      }
      String name = parts.group(1);
      hosts.add(
          new HostAndPort(
              name.startsWith("[") ? name.substring(1, name.length() - 1) : name, port));
    }
    return List.copyOf(hosts);
  }

  private static @Nullable String password(
      Settings settings, @Nullable String urlPassword, Map<String, String> environment) {
    Optional<String> file = settings.find(RedisSettings.PASSWORD_FILE);
    if (file.isPresent()) {
      Path path = readable("redis.password-file", file.get());
      try (var lines = Files.lines(path)) {
        return lines
            .findFirst()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .orElseThrow(
                () ->
                    new InvalidSettingsException(
                        "redis.password-file: %s is empty".formatted(path)));
      } catch (IOException e) {
        throw new InvalidSettingsException(
            "redis.password-file: %s can't be read: %s".formatted(path, e.getMessage()));
      }
    }
    Optional<String> own = settings.find(RedisSettings.PASSWORD);
    if (own.isPresent()) {
      return own.get();
    }
    return urlPassword != null ? urlPassword : notEmpty(environment, "REDIS_PASSWORD").orElse(null);
  }

  private static Path readable(String key, String file) {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      throw new InvalidSettingsException(
          "%s: %s can't be read: give the path of a file that this process may read"
              .formatted(key, path.toAbsolutePath()));
    }
    return path;
  }

  private static @Nullable String emptyToNull(String part) {
    try {
      // A plus sign is itself here, unlike in a query string.
      return part.isEmpty()
          ? null
          : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Its message shows a part of the secret.
      throw wrongUrl();
    }
  }

  private static InvalidSettingsException wrongUrl() {
    return new InvalidSettingsException(
        "redis.url can't be read: must be like redis://localhost:6379 or"
            + " rediss://user:password@host:6379/0, special characters of the password percent-encoded");
  }

  /** Scheme, user, hosts and database; the password as stars. */
  @Override
  public String toString() {
    String login = (user == null ? "" : user) + (password == null ? "" : ":***");
    return (tls ? "rediss://" : "redis://")
        + (login.isEmpty() ? "" : login + "@")
        + String.join(",", hosts.stream().map(HostAndPort::toString).toList())
        + (database == 0 ? "" : "/" + database);
  }
}
