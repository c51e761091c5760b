package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.answer;
import static io.batchprocessor.redis.Requests.ids;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Channels, as the user guide has them. */
class RedisPubSubIT {

  private static final String GUIDE =
      "{\"id\" : \"testmsg\", \"payload\":{ \"model\":\"food-review\", \"prompt\":\"hi\"},"
          + " \"deadline\" :\"9999999999\" }";

  private static RedisProcess server;
  private Jedis cli;
  private RedisTransport here;
  private RequestQueue queue;

  @BeforeAll
  static void startServer() {
    server = RedisProcess.launch();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    server.flush();
    cli = server.cli();
    here = Requests.open(new RedisPubSubProvider(), server.url());
    queue = here.requestQueues().get(0);
  }

  @AfterEach
  void close() {
    here.close();
    cli.close();
  }

  @Test
  void the_guides_message_comes_as_it_was_published_and_its_result_is_published() throws Exception {
    assertThat(here.takeResults(1, NOW)).isEmpty();
    assertThat(cli.publish("batch-queue", GUIDE)).isEqualTo(1);

    Delivery delivery = one(queue);
    assertThat(delivery.body().toUtf8()).isEqualTo(GUIDE);
    assertThat(delivery.queue()).isEqualTo("batch-queue");
    assertThat(here.settle(List.of(answer(delivery)))).isEmpty();

    assertThat(here.takeResults(1, PATIENCE)).containsExactly(answer(delivery).message().toJson());
    assertThat(cli.keys("*")).noneMatch(key -> key.contains("result"));
  }

  @Test
  void a_retry_waits_in_the_guides_sorted_set_and_survives_the_process() throws Exception {
    cli.publish("batch-queue", GUIDE);
    here.retryQueue().schedule(List.of(new Retry(one(queue), Duration.ofMillis(100), 2)));
    assertThat(cli.zcard("batch-sortedset-retry")).isEqualTo(1);
    here.close();

    try (RedisTransport next = Requests.open(new RedisPubSubProvider(), server.url())) {
      Delivery again = one(next.retryQueue());
      assertThat(again.attempt()).isEqualTo(2);
      assertThat(again.queue()).isEqualTo("batch-queue");
      assertThat(again.body().toUtf8()).isEqualTo(GUIDE);
    }
  }

  @Test
  void one_of_several_replicas_gets_a_message_and_a_repeated_one_too() throws Exception {
    try (RedisTransport second = Requests.open(new RedisPubSubProvider(), server.url());
        RedisTransport third = Requests.open(new RedisPubSubProvider(), server.url())) {
      int published = 300;
      for (int i = 0; i < published; i++) {
        cli.publish("batch-queue", request("r" + i).toUtf8());
        cli.publish("batch-queue", request("same").toUtf8());
      }
      List<String> got = new ArrayList<>();
      Awaitility.await()
          .until(
              () -> {
                for (RedisTransport replica : List.of(here, second, third)) {
                  got.addAll(ids(replica.requestQueues().get(0).receive(1_000, NOW)));
                }
                return got.size() >= 2 * published;
              });
      assertThat(got).hasSize(2 * published);
      assertThat(got.stream().filter("same"::equals)).hasSize(published);
      assertThat(got.stream().distinct()).hasSize(published + 1);
      assertThat(second.requestQueues().get(0).receive(1, Duration.ofMillis(50))).isEmpty();
    }
  }

  @Test
  void replicas_that_join_while_a_message_is_repeated_share_each_publication() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger got = new AtomicInteger();
    CompletableFuture<Integer> published =
        CompletableFuture.supplyAsync(
            () -> {
              try (Jedis producer = server.cli()) {
                int count = 0;
                while (!enough.get()) {
                  // Never far ahead, or who lags might be later than a claim lasts.
                  if (count < got.get() + 500) {
                    producer.publish("batch-queue", GUIDE);
                    count++;
                  }
                }
                return count;
              }
            });
    List<RedisTransport> replicas = new ArrayList<>(List.of(here));
    try {
      for (int i = 0; i < 3; i++) {
        replicas.add(Requests.open(new RedisPubSubProvider(), server.url()));
        int more = got.get() + 500;
        while (got.get() < more) {
          got.addAndGet(received(replicas));
        }
      }
      enough.set(true);
      while (got.get() < published.get()) {
        got.addAndGet(received(replicas));
      }
      assertThat(here.requestQueues().get(0).receive(1, Duration.ofMillis(50))).isEmpty();
      got.addAndGet(received(replicas));
      assertThat(got.get()).isEqualTo(published.get());
    } finally {
      enough.set(true);
      replicas.forEach(RedisTransport::close);
    }
  }

  private static int received(List<RedisTransport> replicas) throws InterruptedException {
    int received = 0;
    for (RedisTransport replica : replicas) {
      received += replica.requestQueues().get(0).receive(1_000, NOW).size();
      // What found no room.
      received += replica.retryQueue().receive(1_000, NOW).size();
    }
    return received;
  }

  @Test
  void a_replica_that_comes_later_does_not_count_from_one() throws Exception {
    List<RedisTransport> replicas = new ArrayList<>(List.of(here));
    publish(100, replicas);
    // As if the names had been forgotten, with time.
    cli.keys("{batch-queue}:claim:*").forEach(cli::del);
    try (RedisTransport second = Requests.open(new RedisPubSubProvider(), server.url())) {
      replicas.add(second);
      publish(100, replicas);
      assertThat(second.requestQueues().get(0).receive(1, Duration.ofMillis(50))).isEmpty();
      assertThat(received(replicas)).isZero();
    }
  }

  private void publish(int count, List<RedisTransport> replicas) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      cli.publish("batch-queue", GUIDE);
    }
    int got = 0;
    while (got < count) {
      got += received(replicas);
    }
    assertThat(got).isEqualTo(count);
  }

  @Test
  void a_round_ends_where_much_was_counted() {
    RedisAddress address =
        RedisAddress.of(
            Settings.of(new RedisPubSubProvider().settings(), Map.of("redis.url", server.url())),
            Map.of());
    BlockingQueue<Claims.Arrival> heard = new LinkedBlockingQueue<>();
    try (RedisConnections redis = new RedisConnections(address)) {
      Claims claims = new Claims(redis, List.of("batch-queue"), 2);
      try (Subscription rounds =
          new Subscription(
              redis,
              "redis-test",
              List.of("batch-queue"),
              claims.rounds(),
              (channel, word) -> heard.add(new Claims.Arrival(channel, word)))) {
        Awaitility.await().until(rounds::isSubscribed);
        Claims.Arrival message = new Claims.Arrival("batch-queue", Bytes.utf8("1"));
        claims.named(List.of(heard.remove(), message));
        claims.endLongRounds();
        String before = claims.named(List.of(message)).get(0).name();
        claims.named(List.of(new Claims.Arrival("batch-queue", Bytes.utf8("2"))));
        claims.endLongRounds();
        claims.endLongRounds();
        Awaitility.await().until(() -> !heard.isEmpty());

        Claims.Named first = claims.named(List.of(heard.remove(), message)).get(0);
        assertThat(first.name()).endsWith(":1");
        assertThat(before).endsWith(":2");
        assertThat(heard).as("asked for once").isEmpty();
      }
    }
  }

  @Test
  void without_claims_every_replica_gets_every_message() throws Exception {
    try (RedisTransport a =
            Requests.open(new RedisPubSubProvider(), server.url(), "redis.claim", "false");
        RedisTransport b =
            Requests.open(new RedisPubSubProvider(), server.url(), "redis.claim", "false")) {
      cli.publish("batch-queue", GUIDE);
      assertThat(one(a.requestQueues().get(0)).body()).isEqualTo(Bytes.utf8(GUIDE));
      assertThat(one(b.requestQueues().get(0)).body()).isEqualTo(Bytes.utf8(GUIDE));
    }
  }

  @Test
  void a_burst_larger_than_the_buffer_spills_into_the_retry_queue() throws Exception {
    here.close();
    try (RedisTransport small =
        Requests.open(new RedisPubSubProvider(), server.url(), "redis.buffer", "10")) {
      List<Bytes> burst = IntStream.range(0, 500).mapToObj(i -> request("r" + i)).toList();
      small.submit("batch-queue", burst);
      List<String> got = new ArrayList<>();
      Awaitility.await()
          .until(
              () -> {
                got.addAll(ids(small.retryQueue().receive(1_000, NOW)));
                return got.size() == 490;
              });
      got.addAll(ids(small.requestQueues().get(0).receive(1_000, PATIENCE)));
      assertThat(got).hasSize(500).doesNotHaveDuplicates();
    }
  }

  @Test
  void close_puts_what_nobody_took_into_the_retry_queue() throws Exception {
    here.submit("batch-queue", List.of(request("1"), request("2")));
    queue.release(List.of(one(queue)));
    here.close();

    try (RedisTransport next = Requests.open(new RedisPubSubProvider(), server.url())) {
      List<String> got = new ArrayList<>();
      Awaitility.await()
          .until(
              () -> {
                got.addAll(ids(next.retryQueue().receive(2, NOW)));
                return got.size() == 2;
              });
      assertThat(got).containsExactlyInAnyOrder("1", "2");
    }
  }

  @Test
  void a_release_comes_back_first_and_a_settled_delivery_counts_as_lost() throws Exception {
    here.submit("batch-queue", List.of(request("1"), request("2")));
    Awaitility.await().until(() -> waiting() == 2);
    List<Delivery> both = queue.receive(2, PATIENCE);
    queue.release(both);
    assertThat(queue.acknowledge(both)).isEqualTo(both);
    assertThat(queue.extend(both)).isEqualTo(both);
    List<Delivery> again = queue.receive(2, PATIENCE);
    assertThat(ids(again)).containsExactly("1", "2");
    assertThat(queue.acknowledge(again)).isEmpty();
    assertThat(queue.receive(1, NOW)).isEmpty();
  }

  @Test
  void a_result_whose_answer_was_lost_is_not_stored_again() throws Exception {
    try (RedisTransport replica =
        Requests.open(
            new RedisPubSubProvider(),
            server.url(),
            "redis.result-type",
            "list",
            "redis.claim",
            "false",
            "redis.timeout",
            "300ms")) {
      RequestQueue channel = replica.requestQueues().get(0);
      cli.publish("batch-queue", request("1").toUtf8());
      // So that Redis knows the script, and carries out what it is sent before it freezes.
      assertThat(replica.settle(List.of(answer(one(channel))))).isEmpty();
      cli.publish("batch-queue", request("2").toUtf8());
      Delivery held = one(channel);
      server.freeze();
      try {
        assertThatThrownBy(() -> replica.settle(List.of(answer(held))))
            .isInstanceOf(RedisException.class);
      } finally {
        server.thaw();
      }
      Awaitility.await().until(() -> cli.llen("batch-queue-result") == 2);

      assertThat(replica.settle(List.of(answer(held)))).containsExactly(held);
      assertThat(cli.llen("batch-queue-result")).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        cli.publish("batch-queue", request("after").toUtf8());
        assertThat(replica.settle(List.of(answer(one(channel))))).isEmpty();
      }
      assertThat(cli.zcard("{batch-sortedset-retry}:settled"))
          .as("receipts that nobody needs any more are forgotten")
          .isEqualTo(1);
    }
  }

  private long waiting() {
    return here.backlogs().stream()
        .filter(backlog -> backlog.queue().equals("batch-queue"))
        .mapToLong(Backlog::waiting)
        .sum();
  }

  @Test
  void a_connection_that_breaks_comes_back_and_subscribes_again() throws Exception {
    cli.clientKill(
        redis.clients.jedis.params.ClientKillParams.clientKillParams()
            .type(redis.clients.jedis.args.ClientType.PUBSUB));
    Awaitility.await().until(() -> cli.publish("batch-queue", request("after").toUtf8()) == 1);

    assertThat(Requests.id(one(queue))).isEqualTo("after");
    assertThat(here.health().healthy()).isTrue();
  }

  @Test
  void a_broker_that_restarts_is_found_again() throws Exception {
    server.kill();
    Awaitility.await().until(() -> !here.health().healthy());
    server.start();
    cli = server.cli();
    Awaitility.await().until(() -> cli.publish("batch-queue", request("after").toUtf8()) == 1);

    assertThat(Requests.id(one(queue))).isEqualTo("after");
  }

  @Test
  void rule_103_close_ends_its_threads() {
    here.submit("batch-queue", List.of(request("1")));
    here.close();

    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("redis-"));
  }
}
