package io.batchprocessor.redis;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.util.JedisClusterCRC16;

/** What a transport was told, checked as a whole. */
record RedisConfig(
    Kind kind,
    RedisAddress address,
    List<String> requestQueues,
    String retryQueue,
    String resultQueue,
    String deadLetterQueue,
    ResultType resultType,
    int resultMaxLength,
    Duration lease,
    Duration dedupe,
    String group,
    WireFormat wireFormat,
    boolean claim,
    int buffer) {

  static RedisConfig of(Kind kind, Settings settings) {
    return of(kind, settings, RedisAddress.of(settings, System.getenv()));
  }

  private static RedisConfig of(Kind kind, Settings settings, RedisAddress address) {
    WireFormat format =
        kind == Kind.SORTED_SET ? settings.get(RedisSettings.WIRE_FORMAT) : WireFormat.BATCH;
    boolean foreign = format == WireFormat.LLM_D_ASYNC;
    var requestQueues = RedisSettings.requestQueues(kind);
    var retryQueue = RedisSettings.retryQueue(kind);
    var resultQueue = RedisSettings.resultQueue(kind);
    List<String> queues =
        !settings.queues().isEmpty()
            ? settings.queues()
            : foreign && !settings.isSet(requestQueues)
                ? List.of("request-sortedset")
                : settings.get(requestQueues);
    RedisConfig config =
        new RedisConfig(
            kind,
            address,
            List.copyOf(queues),
            foreign && !settings.isSet(retryQueue) ? "retry-sortedset" : settings.get(retryQueue),
            foreign && !settings.isSet(resultQueue) ? "result-list" : settings.get(resultQueue),
            settings.get(RedisSettings.deadLetterQueue(kind)),
            settings.find(RedisSettings.RESULT_TYPE).orElse(kind.resultType()),
            settings.get(RedisSettings.RESULT_MAX_LENGTH),
            settings.get(RedisSettings.LEASE),
            settings.get(RedisSettings.DEDUPE),
            kind == Kind.STREAMS ? settings.get(RedisSettings.GROUP) : "-",
            format,
            kind == Kind.CHANNELS && settings.get(RedisSettings.CLAIM),
            kind == Kind.CHANNELS ? settings.get(RedisSettings.BUFFER) : 1);
    config.check();
    return config;
  }

  /** All names that a user sees. */
  List<String> names() {
    List<String> names = new ArrayList<>(requestQueues);
    names.addAll(List.of(retryQueue, resultQueue, deadLetterQueue));
    return names;
  }

  private void check() {
    List<String> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String name : names()) {
      if (name.isBlank()) {
        problems.add("the name of a queue is empty: give each queue a name of its own");
      } else if (!seen.add(name)) {
        problems.add(
            "'%s' names two queues: request, retry, result and dead-letter queues need a name each"
                .formatted(name));
      }
    }
    if (problems.isEmpty()) {
      Set<String> derived = new HashSet<>(new Layout(this).derived());
      for (String name : names()) {
        if (derived.contains(name) || Claims.mayBeName(name, requestQueues)) {
          problems.add(
              ("'%s' can't name a queue: it is a key that belongs to another queue; name it"
                      + " otherwise, or that one")
                  .formatted(name));
        }
      }
    }
    if (wireFormat == WireFormat.LLM_D_ASYNC && resultType != ResultType.LIST) {
      problems.add("redis.result-type: must be list with redis.wire-format=llm-d-async");
    }
    if (wireFormat == WireFormat.LLM_D_ASYNC && address.cluster()) {
      problems.add(
          "redis.wire-format=llm-d-async: its keys lie in several slots of a Redis Cluster");
    }
    if (address.cluster()
        && names().stream().mapToInt(JedisClusterCRC16::getSlot).distinct().count() > 1) {
      problems.add(
          ("queues of one transport must share a slot of the Redis Cluster, because their scripts"
                  + " touch several at once: give all names the same hash tag, such as"
                  + " redis.request-queue-name={batch}:queue redis.retry-queue-name={batch}:retry"
                  + " redis.result-queue-name={batch}:result"
                  + " redis.dead-letter-queue-name={batch}:dead-letter; they are now %s")
              .formatted(String.join(", ", names())));
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
  }
}
