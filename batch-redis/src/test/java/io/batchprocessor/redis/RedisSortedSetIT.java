package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.ids;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

class RedisSortedSetIT extends DurableRules {

  @Override
  QueueProvider provider() {
    return new RedisSortedSetProvider();
  }

  @Override
  void submitBare(Jedis cli, String queue, String message) {
    cli.zadd(queue, 9_999_999_999.0, message);
  }

  @Override
  long results() {
    try (Jedis cli = server.cli()) {
      return cli.llen("batch-queue-result");
    }
  }

  @Override
  List<String> dueOrder() {
    // By deadline, which they share, and then by the order in which they were put off.
    return List.of("1", "2", "3");
  }

  @Override
  String deadLetters() {
    return "batch-queue-dead-letter";
  }

  @Override
  String retryName() {
    return "batch-sortedset-retry";
  }

  @Test
  void the_earliest_deadline_comes_first_whoever_submitted_it() throws Exception {
    here.submit("a", List.of(request("late", 3_000_000_000L), request("soon", 2_000_000_000L)));
    try (Jedis cli = server.cli()) {
      cli.zadd("a", 2_500_000_000.0, request("between", 2_500_000_000L).toUtf8());
    }
    assertThat(ids(queue.receive(3, PATIENCE))).containsExactly("soon", "between", "late");
  }

  @Test
  void a_deadline_that_is_no_score_does_not_stop_a_submission_half_way() throws Exception {
    List<String> deadlines =
        List.of("2", "1e400", "-1e400", "\"5d\"", "\"0x1p3\"", "\"NaN\"", "9".repeat(5_000), "3.5");
    here.submit(
        "a",
        deadlines.stream()
            .map(deadline -> Bytes.utf8("{\"id\":\"x\",\"deadline\":%s}".formatted(deadline)))
            .toList());
    List<Delivery> all = queue.receive(100, PATIENCE);

    assertThat(all).extracting(delivery -> delivery.body().toUtf8()).hasSize(deadlines.size());
    assertThat(all).allMatch(delivery -> delivery.body().toUtf8().startsWith("{"));
    here.retryQueue().schedule(all.stream().map(delivery -> new Retry(delivery, NOW, 2)).toList());
    int again = 0;
    while (again < all.size()) {
      for (Delivery delivery : there.retryQueue().receive(100, PATIENCE)) {
        assertThat(delivery.attempt()).isEqualTo(2);
        again++;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "9999999999, 9999999999",
    "'\" 17 \"', 17",
    "1.25, 1.25",
    "1e400, inf",
    "-1e400, -inf",
    "'\"5d\"', 0",
    "'\"0x1p3\"', 0",
    "'\"Infinity\"', 0",
    "true, 0",
    "123456789012345678901234567890, 1.2345678901234568E29"
  })
  void a_score_is_the_deadline_in_short(String deadline, String score) {
    assertThat(Deadlines.read(Bytes.utf8("{\"deadline\":%s}".formatted(deadline))))
        .isEqualTo(score);
  }

  @Test
  void rule_652_equal_deadlines_leave_in_order_of_arrival() throws Exception {
    List<Bytes> many = IntStream.range(0, 1_000).mapToObj(i -> request("r" + i)).toList();
    here.submit("a", many.subList(0, 700));
    there.submit("a", many.subList(700, 1_000));
    List<Bytes> received = new ArrayList<>();
    while (received.size() < many.size()) {
      received.addAll(queue.receive(37, PATIENCE).stream().map(Delivery::body).toList());
      received.addAll(other.receive(29, NOW).stream().map(Delivery::body).toList());
    }
    assertThat(received).containsExactlyElementsOf(many);
  }

  @Test
  void a_receive_takes_back_little_more_of_what_ran_out_than_it_hands_out() throws Exception {
    here.submit("a", IntStream.range(0, 100).mapToObj(i -> request("r" + i)).toList());
    try (RedisTransport dying = open("redis.lease", "100ms");
        Jedis cli = server.cli()) {
      assertThat(dying.requestQueues().get(0).receive(100, PATIENCE)).hasSize(100);
      Awaitility.await()
          .until(
              () -> {
                long now = Long.parseLong(cli.time().get(0)) * 1_000;
                return cli.zcount("{a}:lease", 0, (double) now) == 100;
              });
      one(other);
      assertThat(cli.zcard("{a}:lease")).isBetween(80L, 99L);
    }
    assertThat(other.receive(100, PATIENCE)).isNotEmpty();
  }

  @Test
  void a_release_keeps_the_place_in_the_queue() throws Exception {
    here.submit("a", List.of(request("1"), request("2"), request("3")));
    List<Delivery> held = queue.receive(2, PATIENCE);
    queue.release(List.of(held.get(1)));
    queue.release(List.of(held.get(0)));

    assertThat(ids(other.receive(3, PATIENCE))).containsExactly("1", "2", "3");
  }

  @Test
  void a_retry_comes_back_with_the_priority_of_its_deadline() throws Exception {
    here.submit("a", List.of(request("late", 3_000_000_000L), request("soon", 2_000_000_000L)));
    List<Delivery> held = queue.receive(2, PATIENCE);
    here.retryQueue()
        .schedule(List.of(new Retry(held.get(1), NOW, 2), new Retry(held.get(0), NOW, 2)));

    assertThat(ids(there.retryQueue().receive(2, PATIENCE))).containsExactly("soon", "late");
  }

  @Test
  void strange_members_and_scores_are_handed_out_like_others() throws Exception {
    List<String> strange =
        List.of("", "~", "~~~", "~0000000000000001 0 x 1 5 5\n", "{", "null", "\u0000\u0001");
    try (Jedis cli = server.cli()) {
      for (int i = 0; i < strange.size(); i++) {
        cli.zadd("a", i, strange.get(i));
      }
      cli.zadd("a", Double.NEGATIVE_INFINITY, "first");
      cli.zadd("a", Double.POSITIVE_INFINITY, "last");
      cli.zadd("batch-sortedset-retry", 1.5, "put there by hand");
      cli.zadd("batch-sortedset-retry", 1.0, "~0000000000000001 0 nan 1 3 0\nabc");
    }
    List<Delivery> all = queue.receive(100, PATIENCE);

    assertThat(all.stream().map(d -> d.body().toUtf8()))
        .startsWith("first")
        .endsWith("last")
        .containsAll(strange);
    queue.release(all);
    assertThat(queue.acknowledge(queue.receive(100, PATIENCE))).isEmpty();
    assertThat(one(here.retryQueue()).body().toUtf8()).isEqualTo("put there by hand");
  }
}
