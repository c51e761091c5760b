package io.batchprocessor.redis;

import io.batchprocessor.spi.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Every setting of the Redis transports; the same key means the same thing in all three, and in the
 * gates.
 */
final class RedisSettings {

  static final Setting<String> URL =
      Setting.secret(
              "redis.url",
              "redis://[user:password@]host:port[,host:port...][/database], rediss:// for TLS;"
                  + " REDIS_URL in the environment where it is not set")
          .withDefault("redis://localhost:6379");
  static final Setting<String> USERNAME =
      Setting.string("redis.username", "ACL user; wins over the one in the URL");
  static final Setting<String> PASSWORD =
      Setting.secret(
          "redis.password",
          "wins over the one in the URL; REDIS_PASSWORD in the environment where none is set");
  static final Setting<String> PASSWORD_FILE =
      Setting.string("redis.password-file", "a file whose first line is the password");
  static final Setting<String> TRUSTSTORE =
      Setting.string(
          "redis.tls-truststore",
          "PKCS#12 or JKS file with the certificates to trust; default: the JVM's");
  static final Setting<String> TRUSTSTORE_PASSWORD =
      Setting.secret("redis.tls-truststore-password", "password of the truststore");
  static final Setting<String> KEYSTORE =
      Setting.string(
          "redis.tls-keystore", "PKCS#12 or JKS file with the client's own certificate and key");
  static final Setting<String> KEYSTORE_PASSWORD =
      Setting.secret("redis.tls-keystore-password", "password of the keystore");
  static final Setting<String> SENTINEL_MASTER =
      Setting.string(
          "redis.sentinel-master", "name of the master; the hosts of redis.url are its Sentinels");
  static final Setting<String> SENTINEL_USERNAME =
      Setting.string("redis.sentinel-username", "ACL user of the Sentinels, if they ask for one");
  static final Setting<String> SENTINEL_PASSWORD =
      Setting.secret("redis.sentinel-password", "password of the Sentinels, if they ask for one");
  static final Setting<Boolean> CLUSTER =
      Setting.flag("redis.cluster", "whether the hosts of redis.url are nodes of a Redis Cluster")
          .withDefault("false");
  static final Setting<Duration> TIMEOUT =
      Setting.duration("redis.timeout", "how long to wait for a connection, and for an answer")
          .withDefault("5s")
          .where("> 0", value -> !value.isZero());

  /** Where Redis is and how to get in, apart from its URL. */
  static final List<Setting<?>> ACCESS =
      List.of(
          USERNAME,
          PASSWORD,
          PASSWORD_FILE,
          TRUSTSTORE,
          TRUSTSTORE_PASSWORD,
          KEYSTORE,
          KEYSTORE_PASSWORD,
          SENTINEL_MASTER,
          SENTINEL_USERNAME,
          SENTINEL_PASSWORD,
          CLUSTER,
          TIMEOUT);

  static final Setting<ResultType> RESULT_TYPE =
      Setting.choice(
          "redis.result-type",
          ResultType.class,
          "what the result queue is; default: channel for redis-pubsub, list for redis-sortedset,"
              + " stream for redis-streams");
  static final Setting<Integer> RESULT_MAX_LENGTH =
      Setting.integer(
              "redis.result-max-length",
              "about how many results a result stream keeps, the oldest go first; 0: all")
          .withDefault("0")
          .where("≥ 0", value -> value >= 0);
  static final Setting<Duration> LEASE =
      Setting.duration(
              "redis.lease",
              "how long a delivery is ours before another process may have it; the same in every"
                  + " process of a deployment")
          .withDefault("60s")
          .where("≥ 100ms", value -> value.toMillis() >= 100);
  static final Setting<Duration> DEDUPE =
      Setting.duration(
              "redis.dedupe",
              "how long an id is remembered after its result, so that the same id submitted twice"
                  + " has one result; 0ms: not at all")
          .withDefault("0ms");

  static final Setting<String> GROUP =
      Setting.string("redis.group", "consumer group on the request streams")
          .withDefault("batch-processor")
          .where("not empty", value -> !value.isBlank());
  static final Setting<WireFormat> WIRE_FORMAT =
      Setting.choice(
              "redis.wire-format",
              WireFormat.class,
              "how requests and results are written; llm-d-async speaks to its producers")
          .withDefault("batch");
  static final Setting<Boolean> CLAIM =
      Setting.flag(
              "redis.claim",
              "whether one replica alone processes a message that reaches several over a channel")
          .withDefault("true");
  static final Setting<Integer> BUFFER =
      Setting.integer(
              "redis.buffer",
              "how many messages of a channel wait in this process; what exceeds it goes to the"
                  + " retry queue")
          .withDefault("1000")
          .where("≥ 1", value -> value >= 1);

  private RedisSettings() {}

  static Setting<List<String>> requestQueues(Kind kind) {
    return Setting.list(
            "redis.request-queue-name",
            "request queues, comma separated; with redis.wire-format=llm-d-async by default"
                + " request-sortedset, "
                + ofStreams(Kind.STREAMS.requestQueue()))
        .withDefault(kind.requestQueue())
        .where("at least one name", value -> !value.isEmpty());
  }

  static Setting<String> retryQueue(Kind kind) {
    return Setting.string(
            "redis.retry-queue-name",
            "sorted set in which requests wait for another attempt; "
                + ofStreams(Kind.STREAMS.retryQueue()))
        .withDefault(kind.retryQueue());
  }

  static Setting<String> resultQueue(Kind kind) {
    return Setting.string(
            "redis.result-queue-name", "where results go; " + ofStreams(Kind.STREAMS.resultQueue()))
        .withDefault(kind.resultQueue());
  }

  static Setting<String> deadLetterQueue(Kind kind) {
    return Setting.string(
            "redis.dead-letter-queue-name",
            "stream of messages that have no id, or whose result was refused twice, with the reason"
                + " and the queue they came from; "
                + ofStreams(Kind.STREAMS.deadLetterQueue()))
        .withDefault(kind.deadLetterQueue());
  }

  /** One text is shown for all three transports, with the default of the other two. */
  private static String ofStreams(String name) {
    return "with " + Kind.STREAMS.id() + " " + name;
  }

  /** What a transport knows, in the order in which a help text shows it. */
  static List<Setting<?>> of(Kind kind) {
    List<Setting<?>> settings =
        new ArrayList<>(
            List.of(
                URL,
                requestQueues(kind),
                retryQueue(kind),
                resultQueue(kind),
                deadLetterQueue(kind),
                RESULT_TYPE,
                RESULT_MAX_LENGTH,
                LEASE,
                DEDUPE));
    settings.addAll(
        switch (kind) {
          case CHANNELS -> List.of(CLAIM, BUFFER);
          case SORTED_SET -> List.of(WIRE_FORMAT);
          case STREAMS -> List.of(GROUP);
        });
    settings.addAll(ACCESS);
    return List.copyOf(settings);
  }
}
