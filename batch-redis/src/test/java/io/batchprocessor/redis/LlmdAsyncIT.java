package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.answer;
import static io.batchprocessor.redis.Requests.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** The wire format of llm-d-async, by what its producers write and its consumers read. */
class LlmdAsyncIT {

  private static final String REQUEST =
      "{\"internal\":{\"queue_id\":\"q1\",\"request_token\":\"t-1\",\"result_queue_name\":\"mine\","
          + "\"transport_correlation_id\":\"c\",\"labels\":{\"pool\":\"p\"}},"
          + "\"request_kind\":\"redis\",\"data\":{\"id\":\"r-1\",\"created\":1700000000,"
          + "\"deadline\":9999999999,\"payload\":{\"model\":\"m\",\"n\":1.0e2},"
          + "\"metadata\":{\"tenant\":\"x\"},\"request_queue_name\":\"request-sortedset\"}}";

  private static RedisProcess server;
  private RedisTransport transport;
  private RequestQueue queue;
  private Jedis cli;

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
    transport = llmd();
    queue = transport.requestQueues().get(0);
  }

  private static RedisTransport llmd(String... settings) {
    List<String> all = new ArrayList<>(List.of("redis.wire-format", "llm-d-async"));
    all.addAll(List.of(settings));
    return Requests.open(new RedisSortedSetProvider(), server.url(), all.toArray(String[]::new));
  }

  private void reopen(String... settings) {
    transport.close();
    transport = llmd(settings);
    queue = transport.requestQueues().get(0);
  }

  @AfterEach
  void close() {
    transport.close();
    cli.close();
  }

  private Delivery submitted(String member) throws InterruptedException {
    cli.zadd("request-sortedset", 9_999_999_999.0, member);
    return one(queue);
  }

  @Test
  void a_request_is_what_is_in_data() throws Exception {
    Delivery delivery = submitted(REQUEST);

    RequestMessage message = RequestMessage.parse(delivery.body(), 1 << 20);
    assertThat(message.id()).isEqualTo("r-1");
    assertThat(message.deadline().getEpochSecond()).isEqualTo(9_999_999_999L);
    assertThat(message.payload().toUtf8()).isEqualTo("{\"model\":\"m\",\"n\":1.0e2}");
    assertThat(message.metadata()).isEqualTo(Map.of("tenant", "x"));
    assertThat(delivery.attempt()).isEqualTo(1);
    assertThat(delivery.queue()).isEqualTo("request-sortedset");
  }

  @Test
  void a_result_goes_to_the_requests_own_list_with_the_body_as_a_string() throws Exception {
    Delivery delivery = submitted(REQUEST);
    cli.set("request-active:r-1", "t-1");

    assertThat(transport.settle(List.of(answer(delivery)))).isEmpty();

    assertThat(cli.rpop("mine"))
        .isEqualTo("{\"id\":\"r-1\",\"status_code\":200,\"payload\":\"{\\\"ok\\\":true}\"}");
    assertThat(cli.exists("request-active:r-1", "result-list")).isZero();
  }

  private List<Delivery> submittedWithLists(String... lists) throws InterruptedException {
    List<Delivery> held = new ArrayList<>();
    for (String list : lists) {
      held.add(
          submitted(
              "{\"internal\":{\"result_queue_name\":\"%s\"},\"data\":{\"id\":\"r%d\"}}"
                  .formatted(list, held.size())));
    }
    return held;
  }

  @ParameterizedTest
  @ValueSource(strings = {"0ms", "10m"})
  void a_list_that_is_none_refuses_its_result_and_no_other(String dedupe) throws Exception {
    reopen("redis.dedupe", dedupe);
    cli.set("mine", "x");
    List<Delivery> held = submittedWithLists("good", "mine", "good");
    List<Result> results = held.stream().map(Requests::answer).toList();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> transport.settle(results))
          .isInstanceOfSatisfying(
              ResultRejectedException.class, e -> assertThat(e.result()).isEqualTo(results.get(1)));
      assertThatThrownBy(() -> transport.resultQueue().publish(results))
          .isInstanceOf(ResultRejectedException.class);
    }
    assertThat(cli.llen("good")).as("nothing is stored by halves").isZero();
    assertThat(transport.settle(List.of(results.get(0), results.get(2)))).isEmpty();
    assertThat(cli.llen("good")).isEqualTo(2);
    assertThat(queue.extend(held))
        .as("the refused one is still held")
        .containsExactly(held.get(0), held.get(2));
    cli.del("mine");
    assertThat(transport.settle(List.of(results.get(1)))).isEmpty();
    assertThat(cli.llen("mine")).isEqualTo(1);
  }

  @Test
  void a_producer_can_not_name_a_key_of_the_processors_own() throws Exception {
    for (String key : List.of("request-sortedset", "retry-sortedset", "batch-queue-dead-letter")) {
      Delivery held = submittedWithLists(key).get(0);
      cli.del(key);

      assertThatThrownBy(() -> transport.settle(List.of(answer(held))))
          .isInstanceOf(ResultRejectedException.class);
      assertThat(cli.exists(key)).isFalse();
    }
  }

  @Test
  void a_state_that_is_no_token_does_not_keep_a_result_from_being_stored_once() throws Exception {
    Delivery delivery = submitted(REQUEST);
    cli.lpush("request-active:r-1", "x");
    cli.lpush("request-cancel:r-1", "x");

    assertThat(transport.settle(List.of(answer(delivery)))).isEmpty();
    assertThat(transport.settle(List.of(answer(delivery)))).containsExactly(delivery);
    assertThat(cli.llen("mine")).isEqualTo(1);
    assertThat(cli.llen("request-active:r-1")).isEqualTo(1);
  }

  @Test
  void the_active_token_of_a_later_submission_stays() throws Exception {
    Delivery delivery = submitted(REQUEST);
    cli.set("request-active:r-1", "t-2");
    transport.settle(List.of(answer(delivery)));

    assertThat(cli.get("request-active:r-1")).isEqualTo("t-2");
  }

  @Test
  void an_error_has_code_and_message_and_the_default_list_is_result_list() throws Exception {
    Delivery delivery = submitted("{\"request_kind\":\"plain\",\"data\":{\"id\":\"r-2\"}}");
    Result late =
        new Result(
            delivery,
            ResultMessage.builder("r-2")
                .error(ErrorCode.DEADLINE_EXCEEDED, "deadline \"exceeded\"")
                .build());
    transport.settle(List.of(late));

    assertThat(cli.rpop("result-list"))
        .isEqualTo(
            "{\"id\":\"r-2\",\"payload\":\"{\\\"error\\\":\\\"deadline \\\\\\\"exceeded\\\\\\\"\\\"}\","
                + "\"error_code\":\"DEADLINE_EXCEEDED\","
                + "\"error_message\":\"deadline \\\"exceeded\\\"\"}");
  }

  @Test
  void a_refusal_and_an_answer_that_is_no_json_are_carried_as_they_came() throws Exception {
    Delivery delivery = submitted("{\"request_kind\":\"plain\",\"data\":{\"id\":\"r-3\"}}");
    ResultMessage refusal =
        ResultMessage.builder("r-3")
            .answer(404, Bytes.utf8("no such model"))
            .error(ErrorCode.INFERENCE_ERROR, "404")
            .build();
    transport.settle(List.of(new Result(delivery, refusal)));

    assertThat(cli.rpop("result-list"))
        .isEqualTo("{\"id\":\"r-3\",\"status_code\":404,\"payload\":\"no such model\"}");
  }

  @Test
  void a_retry_waits_in_the_same_envelope_and_counts() throws Exception {
    Delivery delivery = submitted(REQUEST);
    transport.retryQueue().schedule(List.of(new Retry(delivery, Duration.ofHours(1), 2)));

    String waiting = cli.zrange("retry-sortedset", 0, -1).get(0);
    assertThat(waiting)
        .startsWith(
            "{\"internal\":{\"retry_count\":1,\"request_queue_name\":\"request-sortedset\","
                + "\"queue_id\":\"q1\",\"request_token\":\"t-1\"")
        .contains("\"labels\":{\"pool\":\"p\"}}")
        .endsWith(REQUEST.substring(REQUEST.indexOf(",\"request_kind\"")));
    assertThat(cli.zscore("retry-sortedset", waiting))
        .isBetween(
            System.currentTimeMillis() / 1e3 + 3500, System.currentTimeMillis() / 1e3 + 3700);

    cli.zadd("retry-sortedset", 1.0, waiting);
    Delivery again = one(transport.retryQueue());
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.body()).isEqualTo(delivery.body());
    assertThat(again.queue()).isEqualTo("request-sortedset");
  }

  @Test
  void a_bare_request_of_older_producers_is_wrapped_for_its_retry() throws Exception {
    Delivery delivery = submitted(Requests.request("old").toUtf8());
    transport.retryQueue().schedule(List.of(new Retry(delivery, NOW, 2)));

    Delivery again = one(transport.retryQueue());
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.body()).isEqualTo(delivery.body());
  }

  @Test
  void due_retries_come_by_their_deadlines() throws Exception {
    for (long deadline : new long[] {3_000_000_000L, 2_000_000_000L, 2_500_000_000L}) {
      cli.zadd(
          "retry-sortedset",
          1.0,
          "{\"request_kind\":\"redis\",\"data\":{\"id\":\"d%d\",\"deadline\":%d}}"
              .formatted(deadline, deadline));
    }
    assertThat(Requests.ids(transport.retryQueue().receive(3, PATIENCE)))
        .containsExactly("d2000000000", "d2500000000", "d3000000000");
  }

  @Test
  void what_its_producers_cancel_is_cancelled() throws Exception {
    Delivery delivery = submitted(REQUEST);
    cli.set("request-cancel:r-1", "t-0");
    assertThat(transport.cancelled(Map.of(delivery, "r-1"))).isEmpty();

    cli.set("request-cancel:r-1", "t-1");
    assertThat(transport.cancelled(Map.of(delivery, "r-1"))).containsExactly(delivery);
  }

  @Test
  void to_see_what_is_cancelled_costs_no_command_for_each_request() throws Exception {
    for (int i = 0; i < 1_500; i++) {
      cli.zadd("request-sortedset", i, REQUEST.replace("r-1", "r-" + i));
    }
    Map<Delivery, String> held = new HashMap<>();
    while (held.size() < 1_500) {
      queue.receive(1_500, PATIENCE).forEach(delivery -> held.put(delivery, Requests.id(delivery)));
    }
    for (String id : List.of("r-3", "r-1234")) {
      cli.set("request-cancel:" + id, "t-1");
    }
    transport.cancel("r-7");
    long before = DurableRules.commands(cli);

    assertThat(transport.cancelled(held).stream().map(held::get))
        .containsExactlyInAnyOrder("r-3", "r-7", "r-1234");
    assertThat(DurableRules.commands(cli) - before).isLessThan(10);
  }

  @Test
  void a_lease_that_ran_out_leaves_the_member_as_it_was() throws Exception {
    try (RedisTransport dying =
        Requests.open(
            new RedisSortedSetProvider(),
            server.url(),
            "redis.wire-format",
            "llm-d-async",
            "redis.lease",
            "100ms")) {
      submitted(REQUEST);
      queue.release(queue.receive(1, NOW));
      cli.del("request-sortedset");
      cli.zadd("request-sortedset", 1, REQUEST);
      one(dying.requestQueues().get(0));
      Delivery second = one(dying.requestQueues().get(0));
      assertThat(second.deliveryCount()).isEqualTo(2);
      dying.requestQueues().get(0).release(List.of(second));

      assertThat(cli.zrange("request-sortedset", 0, -1)).containsExactly(REQUEST);
    }
  }

  @Test
  void its_results_are_a_list_and_nothing_else() {
    assertThatThrownBy(
            () ->
                Requests.open(
                    new RedisSortedSetProvider(),
                    server.url(),
                    "redis.wire-format",
                    "llm-d-async",
                    "redis.result-type",
                    "stream"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("redis.result-type");
  }
}
