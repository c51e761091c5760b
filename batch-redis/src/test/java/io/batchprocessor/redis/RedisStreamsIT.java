package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamConsumerInfo;

class RedisStreamsIT extends DurableRules {

  @Override
  QueueProvider provider() {
    return new RedisStreamsProvider();
  }

  @Override
  void submitBare(Jedis cli, String queue, String message) {
    cli.xadd(queue, StreamEntryID.NEW_ENTRY, Map.of("message", message));
  }

  @Override
  long results() {
    try (Jedis cli = server.cli()) {
      return cli.xlen("batch-stream-result");
    }
  }

  @Override
  List<String> dueOrder() {
    return List.of("3", "2", "1");
  }

  @Override
  String deadLetters() {
    return "batch-stream-dead-letter";
  }

  @Override
  String retryName() {
    return "batch-stream-retry";
  }

  @Test
  void other_fields_of_an_entry_are_attributes_and_survive_a_retry() throws Exception {
    try (Jedis cli = server.cli()) {
      cli.xadd(
          "a",
          StreamEntryID.NEW_ENTRY,
          Map.of("message", request("1").toUtf8(), "tenant", "blå", "empty", ""));
    }
    Delivery delivery = one(queue);
    assertThat(delivery.attributes()).isEqualTo(Map.of("tenant", "blå", "empty", ""));
    here.retryQueue().schedule(List.of(new io.batchprocessor.spi.Retry(delivery, Requests.NOW, 2)));
    assertThat(one(here.retryQueue()).attributes()).isEqualTo(delivery.attributes());
  }

  @Test
  void an_entry_without_a_message_is_handed_out_whole_as_what_is_no_request() throws Exception {
    try (Jedis cli = server.cli()) {
      cli.xadd("a", StreamEntryID.NEW_ENTRY, Map.of("payload", "{}"));
    }
    assertThat(one(queue).body().toUtf8()).isEqualTo("payload={}\n");
  }

  @Test
  void a_stream_that_is_deleted_is_made_again() throws Exception {
    Delivery held;
    here.submit("a", List.of(request("1")));
    held = one(queue);
    try (Jedis cli = server.cli()) {
      cli.del("a");
    }
    assertThat(queue.acknowledge(List.of(held))).containsExactly(held);
    assertThat(queue.receive(1, Requests.NOW)).isEmpty();
    here.submit("a", List.of(request("2")));
    assertThat(Requests.id(one(queue))).isEqualTo("2");
  }

  @Test
  void a_process_that_ends_leaves_no_consumer_unless_it_holds_something() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (RedisTransport one = open()) {
        RequestQueue queue = one.requestQueues().get(0);
        one.submit("a", List.of(request("1")));
        Delivery delivery = one(queue);
        queue.release(List.of(delivery));
        assertThat(queue.acknowledge(List.of(one(queue)))).isEmpty();
      }
    }
    try (Jedis cli = server.cli()) {
      assertThat(consumers(cli)).containsExactly("~released");
      try (RedisTransport holder = open()) {
        holder.submit("a", List.of(request("held")));
        one(holder.requestQueues().get(0));
      }
      assertThat(consumers(cli)).hasSize(2);
      assertThat(cli.xpending("a", "batch-processor").getTotal()).isEqualTo(1);
    }
  }

  @Test
  void consumers_of_processes_that_crashed_go_when_they_hold_nothing() {
    here.submit("a", List.of(request("1")));
    try (Jedis cli = server.cli()) {
      cli.xgroupCreateConsumer("a", "batch-processor", "crashed");
      cli.xgroupCreateConsumer("a", "batch-processor", "~released");
      cli.xreadGroup(
          "batch-processor",
          "holds",
          XReadGroupParams.xReadGroupParams().count(1),
          Map.of("a", StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
      Script.Caller caller = command -> cli.getConnection().executeCommand(command);
      StreamGroup.removeIdle(
          caller, Keys.utf8("a"), Keys.utf8("batch-processor"), Duration.ofHours(1));
      assertThat(consumers(cli)).contains("crashed");
      StreamGroup.removeIdle(caller, Keys.utf8("a"), Keys.utf8("batch-processor"), Duration.ZERO);
      assertThat(consumers(cli)).containsExactlyInAnyOrder("holds", "~released");
    }
  }

  private static List<String> consumers(Jedis cli) {
    return cli.xinfoConsumers2("a", "batch-processor").stream()
        .map(StreamConsumerInfo::getName)
        .toList();
  }

  @Test
  void results_are_trimmed_to_about_the_length_that_is_set() throws Exception {
    try (RedisTransport small = open("redis.result-max-length", "100")) {
      for (int i = 0; i < 10; i++) {
        small.submit(
            "a", java.util.stream.IntStream.range(0, 100).mapToObj(n -> request("r" + n)).toList());
        small.settle(
            small.requestQueues().get(0).receive(100, PATIENCE).stream()
                .map(Requests::answer)
                .toList());
      }
      assertThat(results()).isBetween(100L, 300L);
    }
  }
}
