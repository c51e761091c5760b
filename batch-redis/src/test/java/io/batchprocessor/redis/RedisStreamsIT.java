package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.PATIENCE;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;

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
