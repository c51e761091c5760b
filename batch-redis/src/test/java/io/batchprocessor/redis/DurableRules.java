package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.answer;
import static io.batchprocessor.redis.Requests.ids;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.StoredDeadLetter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.XAddParams;

/**
 * What the durable transports promise, by number where the SPI numbers it, on a real server and
 * with two transports, as two processes would have them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DurableRules {

  static final Duration SHORT_LEASE = Duration.ofMillis(200);

  RedisProcess server;
  RedisTransport here;
  RedisTransport there;
  RequestQueue queue;
  RequestQueue other;

  abstract QueueProvider provider();

  /** Submits as a producer would that knows nothing of this library. */
  abstract void submitBare(Jedis cli, String queue, String message);

  /** How many results there are. */
  abstract long results();

  @BeforeAll
  void startServer() {
    server = RedisProcess.withAppendOnlyFile();
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  @BeforeEach
  void openTransports() {
    server.flush();
    here = open();
    there = open();
    queue = here.requestQueues().get(0);
    other = there.requestQueues().get(0);
  }

  @AfterEach
  void closeTransports() {
    here.close();
    there.close();
  }

  RedisTransport open(String... settings) {
    List<String> all = new ArrayList<>(List.of("redis.request-queue-name", "a,b"));
    all.addAll(List.of(settings));
    return Requests.open(provider(), server.url(), all.toArray(String[]::new));
  }

  private RedisTransport openWithShortLease() {
    return open("redis.lease", SHORT_LEASE.toMillis() + "ms");
  }

  private void submit(String... ids) {
    here.submit("a", java.util.Arrays.stream(ids).map(Requests::request).toList());
  }

  @Test
  void rule_101_accessors_return_the_same_every_time() {
    assertThat(here.requestQueues()).isEqualTo(here.requestQueues());
    assertThat(here.retryQueue()).isSameAs(here.retryQueue());
    assertThat(here.resultQueue()).isSameAs(here.resultQueue());
  }

  @Test
  void rule_103_close_ends_threads_and_connections() {
    here.close();
    here.close();
    there.close();

    try (Jedis cli = server.cli()) {
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(cli.clientList().lines().filter(c -> c.contains("batch-processor")))
                      .isEmpty());
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().contains("commons-pool"));
  }

  @Test
  @SuppressWarnings("try")
  void rule_104_close_settles_nothing_and_105_another_transport_sees_the_same() throws Exception {
    try (RedisTransport dying = openWithShortLease();
        RedisTransport heir = openWithShortLease()) {
      submit("1");
      one(dying.requestQueues().get(0));
      dying.close();

      assertThat(Requests.id(one(heir.requestQueues().get(0)))).isEqualTo("1");
    }
  }

  @Test
  void rule_201_receive_takes_at_most_max_and_does_not_wait_for_more() throws Exception {
    submit("1", "2", "3");

    assertThat(ids(queue.receive(2, PATIENCE))).containsExactly("1", "2");
    assertThat(ids(queue.receive(2, PATIENCE))).containsExactly("3");
  }

  @Test
  void rule_201_a_large_batch_comes_in_one_go() throws Exception {
    List<Bytes> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(request("r" + i));
    }
    here.submit("a", many);

    List<Delivery> deliveries = queue.receive(300, PATIENCE);

    assertThat(deliveries.stream().map(Delivery::body)).containsExactlyElementsOf(many);
  }

  @Test
  void rule_201_a_receive_that_waits_gets_a_bare_message() throws Exception {
    CompletableFuture<List<Delivery>> waiting = receiving(queue, Duration.ofSeconds(30));
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
      submitBare(cli, "a", request("late").toUtf8());
    }

    assertThat(ids(waiting.get())).containsExactly("late");
  }

  @Test
  void rule_202_receive_of_nothing_ends_after_max_wait() throws Exception {
    assertThat(queue.receive(10, NOW)).isEmpty();
    long start = System.nanoTime();
    assertThat(queue.receive(10, Duration.ofMillis(300))).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
  }

  @Test
  void rule_203_what_is_leased_is_not_handed_out_again() throws Exception {
    submit("1");
    one(queue);

    assertThat(queue.receive(10, NOW)).isEmpty();
    assertThat(other.receive(10, Duration.ofMillis(100))).isEmpty();
  }

  @Test
  void rule_204_release_makes_it_available_at_once_with_the_same_counts() throws Exception {
    submit("1");
    for (int i = 0; i < 3; i++) {
      Delivery delivery = one(queue);
      assertThat(delivery.deliveryCount()).isEqualTo(1);
      queue.release(List.of(delivery));
    }
    Delivery elsewhere = one(other);
    assertThat(elsewhere.deliveryCount()).isEqualTo(1);
    assertThat(elsewhere.attempt()).isEqualTo(1);
    other.release(List.of(elsewhere));
    assertThat(one(queue).body()).isEqualTo(request("1"));
  }

  @Test
  void rule_204_release_wakes_another_process_that_waits() throws Exception {
    submit("1");
    Delivery delivery = one(queue);
    CompletableFuture<List<Delivery>> waiting = receiving(other, Duration.ofSeconds(30));
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
    }
    queue.release(List.of(delivery));

    assertThat(ids(waiting.get())).containsExactly("1");
  }

  @Test
  void rule_204_a_release_after_a_takeover_keeps_the_higher_count() throws Exception {
    try (RedisTransport heir = openWithShortLease()) {
      RequestQueue heirs = heir.requestQueues().get(0);
      submit("1");
      one(heirs);
      Delivery second = one(heirs);
      assertThat(second.deliveryCount()).isEqualTo(2);
      heirs.release(List.of(second));
      assertThat(one(heirs).deliveryCount()).isEqualTo(2);
    }
  }

  @Test
  void rule_205_acknowledge_removes_for_good() throws Exception {
    submit("1");
    assertThat(queue.acknowledge(List.of(one(queue)))).isEmpty();

    assertThat(waiting("a")).isEqualTo(0);
    assertThat(queue.receive(1, NOW)).isEmpty();
  }

  @Test
  void rule_206_and_208_another_process_takes_over_and_the_first_is_fenced() throws Exception {
    try (RedisTransport first = openWithShortLease();
        RedisTransport second = openWithShortLease()) {
      submit("1");
      RequestQueue firsts = first.requestQueues().get(0);
      Delivery stale = one(firsts);
      Delivery taken = one(second.requestQueues().get(0));

      assertThat(taken.deliveryCount()).isEqualTo(2);
      assertThat(taken.attempt()).isEqualTo(1);
      assertThat(first.settle(List.of(answer(stale)))).containsExactly(stale);
      assertThat(firsts.acknowledge(List.of(stale))).containsExactly(stale);
      assertThat(firsts.extend(List.of(stale))).containsExactly(stale);
      firsts.release(List.of(stale));
      assertThat(results()).isZero();
      assertThat(second.settle(List.of(answer(taken)))).isEmpty();
      assertThat(results()).isEqualTo(1);
    }
  }

  @Test
  void rule_206_a_process_that_takes_over_from_itself_fences_its_former_delivery()
      throws Exception {
    try (RedisTransport alone = openWithShortLease()) {
      submit("1");
      RequestQueue queue = alone.requestQueues().get(0);
      Delivery stale = one(queue);
      Delivery fresh = one(queue);

      assertThat(fresh.deliveryCount()).isEqualTo(2);
      assertThat(alone.settle(List.of(answer(stale)))).containsExactly(stale);
      assertThat(alone.settle(List.of(answer(fresh)))).isEmpty();
      assertThat(results()).isEqualTo(1);
    }
  }

  @Test
  void rule_207_extend_keeps_the_lease() throws Exception {
    Duration lease = Duration.ofSeconds(2);
    try (RedisTransport keeper = open("redis.lease", lease.toMillis() + "ms");
        RedisTransport thief = open("redis.lease", lease.toMillis() + "ms");
        Jedis cli = server.cli()) {
      submit("1");
      RequestQueue queue = keeper.requestQueues().get(0);
      Delivery delivery = one(queue);
      long start = millis(cli);
      while (millis(cli) - start <= lease.toMillis()) {
        assertThat(queue.extend(List.of(delivery))).isEmpty();
        assertThat(thief.requestQueues().get(0).receive(1, NOW)).isEmpty();
      }

      assertThat(queue.acknowledge(List.of(delivery))).isEmpty();
    }
  }

  private static long millis(Jedis cli) {
    List<String> time = cli.time();
    return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
  }

  @Test
  void rule_210_a_settled_delivery_counts_as_lost() throws Exception {
    submit("1", "2");
    Delivery acknowledged = one(queue);
    queue.acknowledge(List.of(acknowledged));
    assertThat(queue.acknowledge(List.of(acknowledged))).containsExactly(acknowledged);
    assertThat(queue.extend(List.of(acknowledged))).containsExactly(acknowledged);
    queue.release(List.of(acknowledged));

    Delivery released = one(queue);
    queue.release(List.of(released));
    Delivery again = one(queue);
    assertThat(queue.acknowledge(List.of(released))).containsExactly(released);
    assertThat(queue.acknowledge(List.of(again))).isEmpty();
    assertThat(queue.receive(1, NOW)).isEmpty();
  }

  @Test
  void rule_211_bytes_come_as_they_were_written() throws Exception {
    byte[] all = new byte[512];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    here.submit("a", List.of(Bytes.wrap(all), Bytes.utf8("~0 0 - 1 0 0\nnot ours")));

    assertThat(queue.receive(2, PATIENCE).stream().map(Delivery::body))
        .containsExactly(Bytes.wrap(all), Bytes.utf8("~0 0 - 1 0 0\nnot ours"));
  }

  @Test
  void rule_212_the_first_delivery_says_so() throws Exception {
    submit("1");
    Delivery delivery = one(queue);

    assertThat(delivery.attempt()).isEqualTo(1);
    assertThat(delivery.deliveryCount()).isEqualTo(1);
    assertThat(delivery.queue()).isEqualTo("a");
    assertThat(delivery.lease()).isEqualTo(Duration.ofSeconds(60));
    assertThat(delivery.enqueuedAt()).isPresent();
  }

  @Test
  void rule_213_settling_does_not_wait_for_receive() throws Exception {
    submit("1", "2", "3");
    List<Delivery> held = queue.receive(3, PATIENCE);
    CompletableFuture<List<Delivery>> waiting = receiving(queue, Duration.ofSeconds(30));
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
    }

    assertThat(queue.extend(held)).isEmpty();
    assertThat(queue.acknowledge(held.subList(0, 2))).isEmpty();
    assertThat(waiting).isNotDone();
    queue.release(held.subList(2, 3));
    assertThat(ids(waiting.get())).containsExactly("3");
  }

  @Test
  void rule_214_an_interrupt_ends_receive() throws Exception {
    Thread[] receiver = new Thread[1];
    CompletableFuture<Void> waiting = new CompletableFuture<>();
    receiver[0] =
        new Thread(
            () -> {
              try {
                queue.receive(1, Duration.ofMinutes(5));
                waiting.complete(null);
              } catch (InterruptedException e) {
                waiting.completeExceptionally(e);
              }
            });
    receiver[0].start();
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
    }
    receiver[0].interrupt();

    assertThatThrownBy(waiting::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void rule_216_close_ends_a_waiting_receive_and_refuses_everything_after() throws Exception {
    submit("1");
    Delivery delivery = one(queue);
    CompletableFuture<List<Delivery>> waiting = receiving(queue, Duration.ofMinutes(5));
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
    }
    here.close();

    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatIllegalStateException().isThrownBy(() -> queue.receive(1, NOW));
    assertThatIllegalStateException().isThrownBy(() -> queue.acknowledge(List.of(delivery)));
    assertThatIllegalStateException().isThrownBy(() -> queue.release(List.of(delivery)));
    assertThatIllegalStateException().isThrownBy(() -> queue.extend(List.of(delivery)));
    assertThatIllegalStateException().isThrownBy(() -> here.settle(List.of(answer(delivery))));
    assertThatIllegalStateException()
        .isThrownBy(() -> here.resultQueue().publish(List.of(answer(delivery))));
    assertThat(here.health().healthy()).isFalse();
  }

  @Test
  void rule_217_nonsense_is_refused() {
    assertThatThrownBy(() -> queue.receive(0, NOW)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> queue.receive(1, null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> queue.acknowledge(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> queue.release(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> queue.extend(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> here.retryQueue().schedule(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> here.resultQueue().publish(null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void rule_218_queues_keep_apart() throws Exception {
    here.submit("b", List.of(request("b1")));

    assertThat(queue.receive(1, NOW)).isEmpty();
    Delivery delivery = one(here.requestQueues().get(1));
    assertThat(delivery.queue()).isEqualTo("b");
  }

  @Test
  void rules_302_and_303_a_retry_comes_back_when_due_as_it_was() throws Exception {
    submit("1");
    Delivery first = one(queue);
    long start = System.nanoTime();
    RetryQueue retries = here.retryQueue();
    assertThat(retries.schedule(List.of(new Retry(first, Duration.ofMillis(300), 2)))).isEmpty();
    assertThat(retries.receive(1, NOW)).isEmpty();

    Delivery second = one(there.retryQueue());

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(299));
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.deliveryCount()).isEqualTo(1);
    assertThat(second.queue()).isEqualTo("a");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.attributes()).isEqualTo(first.attributes());
    assertThat(second.enqueuedAt()).isEqualTo(first.enqueuedAt());
    assertThat(queue.receive(1, NOW)).isEmpty();
  }

  @Test
  void rule_305_and_306_retries_of_retries_and_of_lost_leases() throws Exception {
    submit("1");
    here.retryQueue().schedule(List.of(new Retry(one(queue), NOW, 2)));
    Delivery second = one(here.retryQueue());
    here.retryQueue().schedule(List.of(new Retry(second, NOW, 3)));

    assertThat(here.retryQueue().schedule(List.of(new Retry(second, NOW, 3))))
        .containsExactly(second);
    assertThat(one(here.retryQueue()).attempt()).isEqualTo(3);
    assertThat(here.retryQueue().receive(1, NOW)).isEmpty();
  }

  @Test
  void rule_307_retries_survive_a_crash_of_the_broker() throws Exception {
    submit("1", "2");
    here.retryQueue().schedule(List.of(new Retry(one(queue), NOW, 2)));
    server.kill();
    server.start();

    try (RedisTransport later = open()) {
      assertThat(Requests.id(one(later.retryQueue()))).isEqualTo("1");
      assertThat(Requests.id(one(later.requestQueues().get(0)))).isEqualTo("2");
    }
  }

  @Test
  void rule_308_a_receive_that_waits_returns_when_a_retry_is_due() throws Exception {
    submit("1");
    Delivery delivery = one(queue);
    CompletableFuture<List<Delivery>> waiting =
        receiving(there.retryQueue(), Duration.ofSeconds(60));
    try (Jedis cli = server.cli()) {
      awaitWaiting(cli);
    }
    long start = System.nanoTime();
    here.retryQueue().schedule(List.of(new Retry(delivery, Duration.ofMillis(200), 2)));

    assertThat(ids(waiting.get())).containsExactly("1");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void rule_304_longest_due_first_or_as_documented() throws Exception {
    submit("1", "2", "3");
    List<Delivery> held = queue.receive(3, PATIENCE);
    here.retryQueue()
        .schedule(
            List.of(
                new Retry(held.get(0), Duration.ofMillis(60), 2),
                new Retry(held.get(1), Duration.ofMillis(30), 2),
                new Retry(held.get(2), NOW, 2)));
    Awaitility.await().until(() -> waitingForRetryIsDue(3));

    assertThat(ids(there.retryQueue().receive(3, PATIENCE))).containsExactlyElementsOf(dueOrder());
  }

  @Test
  void a_receive_copies_little_more_of_what_is_due_than_it_hands_out() throws Exception {
    String large = "x".repeat(64 << 10);
    try (Jedis cli = server.cli()) {
      for (int i = 0; i < 200; i++) {
        cli.zadd(retryName(), 1.0, i + large);
      }
      one(here.retryQueue());
      assertThat(cli.zcard(retryName())).isGreaterThanOrEqualTo(100);
    }
    int received = 1;
    while (received < 200) {
      received += here.retryQueue().receive(20, PATIENCE).size();
    }
    assertThat(here.retryQueue().receive(1, NOW)).isEmpty();
  }

  /** The order of messages 1, 2, 3 with one deadline, of which 3 has been due longest. */
  abstract List<String> dueOrder();

  private boolean waitingForRetryIsDue(int count) {
    try (Jedis cli = server.cli()) {
      String retry = here.retryQueue().name();
      double now =
          Double.parseDouble(cli.time().get(0)) + Double.parseDouble(cli.time().get(1)) / 1e6;
      return cli.zcount(retry, 0, now) == count;
    }
  }

  @Test
  void rule_401_publish_stores_what_toJson_says() throws Exception {
    submit("1");
    Delivery delivery = one(queue);
    here.resultQueue().publish(List.of(answer(delivery)));

    assertThat(there.takeResults(5, PATIENCE)).containsExactly(answer(delivery).message().toJson());
    assertThat(here.takeResults(5, NOW)).isEmpty();
    assertThat(queue.acknowledge(List.of(delivery))).isEmpty();
  }

  @Test
  void rule_501_dead_letters_are_kept_with_reason_and_origin() throws Exception {
    try (Jedis cli = server.cli()) {
      submitBare(cli, "a", "no json at all");
      Delivery delivery = one(queue);
      assertThat(
              here.deadLetterQueue()
                  .orElseThrow()
                  .deadLetter(List.of(new DeadLetter(delivery, "not JSON"))))
          .isEmpty();

      Map<String, String> letter = cli.xrange(deadLetters(), "-", "+").get(0).getFields();
      assertThat(letter)
          .containsEntry("message", "no json at all")
          .containsEntry("reason", "not JSON")
          .containsEntry("queue", "a");
    }
    assertThat(queue.receive(1, NOW)).isEmpty();
    assertThat(waiting("a")).isZero();
  }

  @Test
  void more_dead_letters_than_are_read_at_once_are_listed_in_order_and_cut() {
    try (Jedis cli = server.cli()) {
      for (int i = 10; i < 55; i++) {
        Map<String, String> letter = Map.of("message", i + " is long", "queue", "a", "reason", "r");
        cli.xadd(deadLetters(), XAddParams.xAddParams(), letter);
      }
    }

    List<StoredDeadLetter> shown = here.deadLetters(100, 2);

    assertThat(shown)
        .extracting(letter -> letter.body().toUtf8())
        .containsExactlyElementsOf(IntStream.range(10, 55).mapToObj(String::valueOf).toList());
    assertThat(shown).extracting(StoredDeadLetter::bytes).containsOnly("10 is long".length());
    assertThat(here.deadLetters(30, 0)).isEqualTo(withoutBodies(shown, 30));
  }

  private static List<StoredDeadLetter> withoutBodies(List<StoredDeadLetter> letters, int most) {
    return letters.stream()
        .limit(most)
        .map(
            one ->
                new StoredDeadLetter(
                    one.key(), one.queue(), Bytes.EMPTY, one.bytes(), one.reason(), one.storedAt()))
        .toList();
  }

  abstract String deadLetters();

  @Test
  void rules_611_to_614_settle_takes_a_mixed_batch_once() throws Exception {
    submit("1", "2", "3");
    List<Delivery> held = queue.receive(3, PATIENCE);
    here.retryQueue().schedule(List.of(new Retry(held.get(0), NOW, 2)));
    Delivery retried = one(here.retryQueue());
    here.submit("b", List.of(request("b1")));
    Delivery second = one(here.requestQueues().get(1));
    var batch = List.of(answer(held.get(1)), answer(retried), answer(held.get(2)), answer(second));

    assertThat(here.settle(batch)).isEmpty();
    assertThat(here.settle(batch)).hasSize(4);
    assertThat(results()).isEqualTo(4);
    assertThat(here.backlogs()).allMatch(b -> b.waiting() == 0 && b.leased() == 0);
  }

  @Test
  void rule_621_backlogs_count_waiting_and_leased() throws Exception {
    submit("1", "2", "3", "4");
    Delivery retried = one(queue);
    Delivery released = one(queue);
    one(other);
    here.retryQueue().schedule(List.of(new Retry(retried, Duration.ofHours(1), 2)));
    queue.release(List.of(released));

    List<Backlog> backlogs = there.backlogs();

    assertThat(backlogs).extracting(Backlog::queue).containsExactly("a", "b", retryName());
    assertThat(backlogs).extracting(Backlog::waiting).containsExactly(2L, 0L, 1L);
    assertThat(backlogs).extracting(Backlog::leased).containsExactly(1L, 0L, 0L);
  }

  abstract String retryName();

  @Test
  void rules_641_to_644_what_is_cancelled_is_seen_by_every_process() throws Exception {
    submit("1", "2");
    List<Delivery> held = queue.receive(2, PATIENCE);
    there.cancel("2");
    there.cancel("never heard of");

    assertThat(here.cancelled(Map.of(held.get(0), "1", held.get(1), "2")))
        .containsExactly(held.get(1));
    here.settle(List.of(answer(held.get(1))));
    submit("2");
    assertThat(here.cancelled(Map.of(one(queue), "2"))).isEmpty();
  }

  @Test
  void rule_641_what_is_cancelled_is_seen_whatever_the_order_of_the_queues() throws Exception {
    try (RedisTransport reversed = open("redis.request-queue-name", "b,a")) {
      submit("1");
      Delivery held = one(queue);
      reversed.cancel("1");

      assertThat(here.cancelled(Map.of(held, "1"))).containsExactly(held);
    }
  }

  @Test
  void rule_651_and_653_submitted_is_stored_and_results_come_once() throws Exception {
    submit("1", "2", "3");
    here.settle(queue.receive(3, PATIENCE).stream().map(Requests::answer).toList());

    assertThat(here.takeResults(2, PATIENCE).stream().map(Requests::id)).containsExactly("1", "2");
    assertThat(there.takeResults(2, PATIENCE).stream().map(Requests::id)).containsExactly("3");
    assertThat(there.takeResults(2, Duration.ofMillis(20))).isEmpty();
    assertThatThrownBy(() -> here.submit("c", List.of(request("1"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'c'")
        .hasMessageContaining("a, b");
  }

  @Test
  void scripts_survive_script_flush() throws Exception {
    submit("1");
    Delivery delivery = one(queue);
    try (Jedis cli = server.cli()) {
      cli.scriptFlush();
    }
    assertThat(here.settle(List.of(answer(delivery)))).isEmpty();
    submit("2");
    assertThat(Requests.id(one(queue))).isEqualTo("2");
  }

  @Test
  void a_broker_that_crashes_is_found_again_and_nothing_is_lost() throws Exception {
    submit("1", "2");
    Delivery held = one(queue);
    server.kill();
    assertThatThrownBy(() -> queue.receive(1, NOW)).isInstanceOf(RedisException.class);
    assertThatThrownBy(() -> here.settle(List.of(answer(held)))).isInstanceOf(RedisException.class);
    assertThat(here.health().healthy()).isFalse();
    server.start();

    assertThat(here.settle(List.of(answer(held)))).isEmpty();
    assertThat(Requests.id(one(queue))).isEqualTo("2");
    assertThat(here.health().healthy()).isTrue();
    assertThat(results()).isEqualTo(1);
  }

  @Test
  void two_deployments_with_one_retry_queue_never_touch_each_others_retries() throws Exception {
    try (RedisTransport theirs =
        Requests.open(provider(), server.url(), "redis.request-queue-name", "theirs")) {
      submit("ours");
      theirs.submit("theirs", List.of(request("theirs")));
      here.retryQueue().schedule(List.of(new Retry(one(queue), NOW, 2)));
      theirs.retryQueue().schedule(List.of(new Retry(one(theirs.requestQueues().get(0)), NOW, 2)));

      assertThat(ids(theirs.retryQueue().receive(10, PATIENCE))).containsExactly("theirs");
      assertThat(theirs.retryQueue().receive(10, NOW)).isEmpty();
      assertThat(ids(here.retryQueue().receive(10, PATIENCE))).containsExactly("ours");
    }
  }

  @Test
  void an_id_submitted_twice_has_one_result_with_dedupe() throws Exception {
    try (RedisTransport strict = open("redis.dedupe", "10m")) {
      strict.submit("a", List.of(request("same", 9_999_999_998L), request("same", 9_999_999_999L)));
      List<Delivery> both = strict.requestQueues().get(0).receive(2, PATIENCE);
      assertThat(both).hasSize(2);
      assertThat(strict.settle(List.of(answer(both.get(0)), answer(both.get(1))))).isEmpty();
      assertThat(results()).isEqualTo(1);
      assertThat(waiting("a")).isZero();
    }
  }

  @Test
  void waiting_costs_little() throws Exception {
    try (Jedis cli = server.cli()) {
      long before = commands(cli);
      queue.receive(1, Duration.ofSeconds(2));
      here.retryQueue().receive(1, Duration.ofSeconds(2));
      // Two scripts for each wait, and the commands in them; a poll of 5 ms would be thousands.
      assertThat(commands(cli) - before).isLessThan(250);
    }
  }

  static long commands(Jedis cli) {
    return cli.info("stats")
        .lines()
        .filter(line -> line.startsWith("total_commands_processed:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .sum();
  }

  private long waiting(String name) {
    return here.backlogs().stream()
        .filter(b -> b.queue().equals(name))
        .mapToLong(b -> b.waiting() + b.leased())
        .sum();
  }

  static CompletableFuture<List<Delivery>> receiving(RequestQueue queue, Duration maxWait) {
    CompletableFuture<List<Delivery>> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(queue.receive(10, maxWait));
              } catch (InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            },
            "receiver");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  /** Until a receive waits: its connection is blocked, or has asked to be told of changes. */
  static void awaitWaiting(Jedis cli) {
    Awaitility.await()
        .until(
            () ->
                cli.clientList()
                    .lines()
                    .filter(client -> client.contains("name=batch-processor"))
                    .anyMatch(client -> client.matches(".* flags=[bt].*")));
  }
}
