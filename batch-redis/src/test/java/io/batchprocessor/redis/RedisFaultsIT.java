package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.answer;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;

/** What Redis answers when it does not do as it is told, and what a user reads then. */
class RedisFaultsIT {

  private RedisProcess server;

  static List<QueueProvider> providers() {
    return List.of(new RedisStreamsProvider(), new RedisSortedSetProvider());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void a_redis_that_is_not_there_is_an_io_failure_that_names_it(QueueProvider provider) {
    String url = "redis://u:secret@127.0.0.1:" + RedisProcess.freePort();

    assertThatThrownBy(() -> Requests.open(provider, url))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("redis://u:***@127.0.0.1:")
        .hasMessageContaining("is it running")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void wrong_types_are_named_all_at_once(QueueProvider provider) {
    server = RedisProcess.launch();
    try (Jedis cli = server.cli()) {
      cli.set("q", "text");
      cli.hset("retry", "a", "b");
      cli.sadd("result", "x");
      cli.set("dead", "text");
    }
    assertThatThrownBy(
            () ->
                Requests.open(
                    provider,
                    server.url(),
                    "redis.request-queue-name",
                    "q",
                    "redis.retry-queue-name",
                    "retry",
                    "redis.result-queue-name",
                    "result",
                    "redis.dead-letter-queue-name",
                    "dead"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("WRONGTYPE: the key 'q' is a string")
        .hasMessageContaining("'retry' is a hash, a zset is needed")
        .hasMessageContaining("'result' is a set")
        .hasMessageContaining("'dead' is a string, a stream is needed")
        .hasMessageContaining("redis.retry-queue-name");
  }

  @ParameterizedTest
  @MethodSource("providers")
  void a_missing_and_a_wrong_password_say_what_to_set(QueueProvider provider) throws Exception {
    server = RedisProcess.launch("--requirepass", "secret");
    assertThatThrownBy(() -> Requests.open(provider, server.url()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("NOAUTH")
        .hasMessageContaining("redis.password");
    assertThatThrownBy(() -> Requests.open(provider, server.url(), "redis.password", "wr0ng"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("WRONGPASS")
        .hasMessageNotContaining("wr0ng");
    try (RedisTransport transport =
        Requests.open(provider, "redis://:secret@127.0.0.1:" + server.port())) {
      assertThat(transport.toString()).doesNotContain("secret");
      assertThat(transport.health().detail()).doesNotContain("secret");
      RequestQueue queue = transport.requestQueues().get(0);
      assertThat(queue.receive(1, Duration.ofMillis(10))).isEmpty();
      transport.submit(queue.name(), List.of(request("1")));
      assertThat(Requests.id(one(queue))).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void an_acl_user_gets_along_with_the_keys_and_commands_of_its_queues(QueueProvider provider)
      throws Exception {
    server = RedisProcess.launch();
    try (Jedis cli = server.cli()) {
      cli.aclSetUser("app", "on", ">pw", "~batch-*", "~{batch-*", "+@all", "-@dangerous", "+info");
      cli.aclSetUser("narrow", "on", ">pw", "~other*", "+@all");
    }
    String url = "redis://app:pw@127.0.0.1:" + server.port();
    try (RedisTransport transport = Requests.open(provider, url)) {
      RequestQueue queue = transport.requestQueues().get(0);
      assertThat(queue.receive(1, Duration.ofMillis(50))).isEmpty();
      transport.submit(queue.name(), List.of(request("1")));
      assertThat(transport.settle(List.of(answer(one(queue))))).isEmpty();
    }
    assertThatThrownBy(
            () -> Requests.open(provider, "redis://narrow:pw@127.0.0.1:" + server.port()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("NOPERM");
  }

  @Test
  void an_acl_user_needs_the_channels_too_and_is_told_so() throws Exception {
    server = RedisProcess.launch();
    try (Jedis cli = server.cli()) {
      cli.aclSetUser("deaf", "on", ">pw", "~*", "+@all", "resetchannels");
      cli.aclSetUser(
          "app",
          "on",
          ">pw",
          "~batch-*",
          "~{batch-*",
          "+@all",
          "-@dangerous",
          "+info",
          "resetchannels",
          "&batch-queue",
          "&{batch-queue}:claim:rounds",
          "&batch-queue-result");
    }
    QueueProvider provider = new RedisPubSubProvider();
    assertThatThrownBy(
            () ->
                Requests.open(
                    provider,
                    "redis://deaf:pw@127.0.0.1:" + server.port(),
                    "redis.timeout",
                    "300ms"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("NOPERM")
        .hasMessageContaining("channels");
    try (RedisTransport transport =
        Requests.open(provider, "redis://app:pw@127.0.0.1:" + server.port())) {
      assertThat(transport.takeResults(1, NOW)).isEmpty();
      RequestQueue queue = transport.requestQueues().get(0);
      transport.submit(queue.name(), List.of(request("1")));
      assertThat(transport.settle(List.of(answer(one(queue))))).isEmpty();
      assertThat(transport.takeResults(1, Requests.PATIENCE)).hasSize(1);
    }
  }

  @Test
  void without_client_tracking_the_sorted_set_is_looked_at_again_and_again() throws Exception {
    server = RedisProcess.launch();
    try (Jedis cli = server.cli()) {
      cli.aclSetUser("app", "on", ">pw", "~*", "+@all", "-client", "+client|setname");
    }
    try (RedisTransport transport =
        Requests.open(new RedisSortedSetProvider(), "redis://app:pw@127.0.0.1:" + server.port())) {
      RequestQueue queue = transport.requestQueues().get(0);
      var waiting = DurableRules.receiving(queue, Duration.ofSeconds(30));
      transport.submit(queue.name(), List.of(request("1")));
      assertThat(Requests.ids(waiting.get())).containsExactly("1");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void results_that_nothing_keeps_are_warned_of(QueueProvider provider) {
    server = RedisProcess.launch("--appendonly", "yes");
    Logger logger = (Logger) LoggerFactory.getLogger(Opening.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      Requests.open(provider, server.url()).close();
      assertThat(log.list).isEmpty();
      Requests.open(provider, server.url(), "redis.result-type", "channel").close();
      assertThat(log.list)
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains(provider.id(), "redis.result-type");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void a_refusal_to_tell_of_changes_costs_no_connection_and_is_not_for_good() {
    server = RedisProcess.launch();
    String url = "redis://app:pw@127.0.0.1:" + server.port();
    AtomicLong now = new AtomicLong(Long.MAX_VALUE);
    try (Jedis cli = server.cli();
        RedisConnections redis = new RedisConnections(address(url))) {
      cli.aclSetUser("app", "on", ">pw", "~*", "+@all", "-client", "+client|setname");
      Watch watch = new Watch("q", redis, Keys.utf8("q"), now::get);
      assertThat(watch.connection()).isNull();
      assertThat(watch.connection()).isNull();
      Awaitility.await().until(() -> !cli.clientList().contains("user=app"));
      cli.aclSetUser("app", "+client|tracking");
      assertThat(watch.connection()).isNull();

      now.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThat(watch.connection()).isNotNull();
    }
  }

  private static RedisAddress address(String url) {
    List<Setting<?>> known = new RedisSortedSetProvider().settings();
    return RedisAddress.of(Settings.of(known, Map.of("redis.url", url)), Map.of());
  }

  @ParameterizedTest
  @MethodSource("providers")
  void a_redis_without_memory_refuses_and_what_was_held_is_settled_later(QueueProvider provider)
      throws Exception {
    server = RedisProcess.launch();
    try (RedisTransport transport = Requests.open(provider, server.url());
        Jedis cli = server.cli()) {
      RequestQueue queue = transport.requestQueues().get(0);
      transport.submit(queue.name(), List.of(request("1")));
      Delivery held = one(queue);
      cli.configSet("maxmemory", "1");

      assertThatThrownBy(() -> transport.settle(List.of(answer(held))))
          .isInstanceOf(RedisException.class)
          .hasMessageContaining("OOM");
      assertThatThrownBy(() -> transport.submit(queue.name(), List.of(request("2"))))
          .isInstanceOf(RedisException.class);

      cli.configSet("maxmemory", "0");
      assertThat(transport.settle(List.of(answer(held)))).isEmpty();
      assertThat(transport.takeResults(5, Requests.PATIENCE)).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void a_redis_that_became_a_replica_refuses_and_is_used_again_when_it_is_master(
      QueueProvider provider) throws Exception {
    server = RedisProcess.launch();
    try (RedisTransport transport = Requests.open(provider, server.url());
        Jedis cli = server.cli()) {
      RequestQueue queue = transport.requestQueues().get(0);
      transport.submit(queue.name(), List.of(request("1")));
      Delivery held = one(queue);
      cli.replicaof("127.0.0.1", RedisProcess.freePort());

      assertThatThrownBy(() -> transport.settle(List.of(answer(held))))
          .isInstanceOf(RedisException.class)
          .hasMessageContaining("READONLY");

      cli.replicaofNoOne();
      assertThat(transport.settle(List.of(answer(held)))).isEmpty();
      assertThat(queue.receive(1, NOW)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void a_redis_that_freezes_is_noticed_and_found_again(QueueProvider provider) throws Exception {
    server = RedisProcess.launch();
    try (RedisTransport transport =
        Requests.open(provider, server.url(), "redis.timeout", "300ms")) {
      RequestQueue queue = transport.requestQueues().get(0);
      transport.submit(queue.name(), List.of(request("1")));
      Delivery held = one(queue);
      server.freeze();
      try {
        assertThat(transport.health().healthy()).isFalse();
        assertThatThrownBy(() -> transport.settle(List.of(answer(held))))
            .isInstanceOf(RedisException.class);
        assertThatThrownBy(() -> queue.receive(1, Duration.ofMillis(100)))
            .isInstanceOf(RedisException.class);
      } finally {
        server.thaw();
      }
      Awaitility.await().until(() -> transport.health().healthy());
      // The call that timed out may have been carried out when the server woke up.
      transport.settle(List.of(answer(held)));
      assertThat(transport.takeResults(5, Requests.PATIENCE)).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  @SuppressWarnings("try")
  void close_frees_a_receive_that_hangs_on_a_frozen_redis(QueueProvider provider) {
    server = RedisProcess.launch();
    try (RedisTransport transport = Requests.open(provider, server.url())) {
      var waiting = DurableRules.receiving(transport.requestQueues().get(0), Duration.ofMinutes(1));
      server.freeze();
      transport.close();
      // At once if it waits for an answer; if it was caught making its connection, when that gives
      // up.
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(waiting::isDone);
      assertThat(waiting).isCompletedExceptionally();
    } finally {
      server.thaw();
    }
  }
}
