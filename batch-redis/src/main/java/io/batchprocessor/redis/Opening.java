package io.batchprocessor.redis;

import io.batchprocessor.spi.InvalidSettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisException;

/** What is found out before a transport is used, so that it fails at once and says why. */
final class Opening {

  private static final Logger log = LoggerFactory.getLogger(Opening.class);
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final List<String> LOGIN_FAULTS =
      List.of(
          "NOAUTH",
          "WRONGPASS",
          "NOPERM",
          "ERR AUTH",
          "ERR Client sent AUTH",
          "ERR invalid password");

  private Opening() {}

  /** Does {@code step} and says in our words how it failed. */
  static <T> T explained(RedisAddress address, Supplier<T> step) {
    try {
      return step.get();
    } catch (JedisException e) {
      throw explain(address, e);
    }
  }

  private static RuntimeException explain(RedisAddress address, JedisException e) {
    List<String> texts = new ArrayList<>();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (LOGIN_FAULTS.stream().anyMatch(text::startsWith)) {
        return new InvalidSettingsException(
            ("Redis at %s does not let us in: %s; set redis.username and redis.password (or"
                    + " redis.password-file), and let the ACL allow the keys, channels and commands")
                .formatted(address, text));
      }
      if (!texts.contains(text)) {
        texts.add(text);
      }
    }
    return new UncheckedIOException(
        "Redis at %s can't be used: %s; is it running, and are redis.url and its TLS settings right?"
            .formatted(address, String.join(": ", texts)),
        new IOException(e));
  }

  /** Checks version and types of keys, and makes consumer groups. */
  static void prepare(RedisConnections redis, RedisConfig config, Layout layout) {
    Map<String, String> info = info(redis);
    checkVersion(config.address(), info.getOrDefault("redis_version", "6.2"));
    checkTypes(redis, config, layout);
    if (config.kind() == Kind.STREAMS) {
      for (String queue : config.requestQueues()) {
        StreamGroup.create(redis, Keys.utf8(queue), Keys.utf8(config.group()));
      }
    }
    warn(config, info);
  }

  private static void checkVersion(RedisAddress address, String version) {
    Matcher parts = VERSION.matcher(version);
    if (parts.matches()
        && 100 * Integer.parseInt(parts.group(1)) + Integer.parseInt(parts.group(2)) < 602) {
      throw new InvalidSettingsException(
          "Redis at %s is version %s: 6.2 or later is needed, or Valkey"
              .formatted(address, version));
    }
  }

  private static void checkTypes(RedisConnections redis, RedisConfig config, Layout layout) {
    List<String> problems = new ArrayList<>();
    String requests =
        switch (config.kind()) {
          case CHANNELS -> "none";
          case SORTED_SET -> "zset";
          case STREAMS -> "stream";
        };
    for (String queue : config.requestQueues()) {
      checkType(redis, queue, requests, "redis.request-queue-name", problems);
    }
    checkType(redis, config.retryQueue(), "zset", "redis.retry-queue-name", problems);
    checkType(
        redis,
        config.resultQueue(),
        config.resultType().keyType(),
        "redis.result-queue-name",
        problems);
    checkType(redis, config.deadLetterQueue(), "stream", "redis.dead-letter-queue-name", problems);
    for (byte[] key : layout.all().subList(4, 6)) {
      checkType(redis, new String(key, StandardCharsets.UTF_8), "zset", "the name", problems);
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
  }

  private static void checkType(
      RedisConnections redis, String key, String wanted, String setting, List<String> problems) {
    Object answer = redis.call(new CommandArguments(Command.TYPE).key(Keys.utf8(key)));
    String found =
        answer instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.UTF_8)
            : String.valueOf(answer);
    if (!wanted.equals("none") && !found.equals("none") && !found.equals(wanted)) {
      problems.add(
          "WRONGTYPE: the key '%s' is a %s, a %s is needed: set %s to another, or remove the key"
              .formatted(key, found, wanted, setting));
    }
  }

  private static void warn(RedisConfig config, Map<String, String> info) {
    String policy = info.getOrDefault("maxmemory_policy", "noeviction");
    if (!policy.equals("noeviction") && !info.getOrDefault("maxmemory", "0").equals("0")) {
      log.warn(
          "Redis at {} removes keys when memory is short (maxmemory-policy {}): requests can be"
              + " lost; set maxmemory-policy noeviction",
          config.address(),
          policy);
    }
    if (config.kind() != Kind.CHANNELS && config.resultType() == ResultType.CHANNEL) {
      log.warn(
          "{}: results are published on the channel '{}' and kept nowhere: of one that nobody hears"
              + " its request is gone all the same; set redis.result-type to list or stream",
          config.kind().id(),
          config.resultQueue());
    }
    if (config.kind() != Kind.CHANNELS && info.getOrDefault("aof_enabled", "1").equals("0")) {
      log.warn(
          "Redis at {} writes no append-only file: what came after its last snapshot is lost when"
              + " it crashes; set appendonly yes",
          config.address());
    }
  }

  private static Map<String, String> info(RedisConnections redis) {
    Map<String, String> info = new HashMap<>();
    Object answer;
    try {
      answer = redis.call(new CommandArguments(Command.INFO));
    } catch (JedisAccessControlException e) {
      log.debug("INFO is not allowed: version and persistence stay unchecked", e);
      return info;
    }
    if (answer instanceof byte[] bytes) {
      for (String line : new String(bytes, StandardCharsets.UTF_8).split("\r\n", -1)) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          info.put(line.substring(0, colon), line.substring(colon + 1));
        }
      }
    }
    return info;
  }
}
