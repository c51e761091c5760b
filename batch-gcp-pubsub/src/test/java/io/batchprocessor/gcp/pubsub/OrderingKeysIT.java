package io.batchprocessor.gcp.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.testkit.SheddingGateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that share an ordering key are answered one after the other. */
class OrderingKeysIT {

  private static final int KEYS = 8;
  private static final int EACH = 15;

  /**
   * By unary pulls: the emulator may lose what it is about to send to a stream that is closed, for
   * as long as a lease, and does not keep to the order when it delivers it again.
   */
  @ParameterizedTest(name = "retry topic: {0}")
  @ValueSource(booleans = {false, true})
  void requests_of_one_key_are_answered_in_order_though_some_are_shed(boolean retryTopic)
      throws Exception {
    try (SheddingGateway gateway = new SheddingGateway(20, Duration.ofMillis(10));
        Deployment deployment = ordered("pubsub.result-ordering=true").pulling(Pulls.Kind.UNARY)) {
      if (retryTopic) {
        deployment.withRetryTopic();
      }
      List<PubsubMessage> messages = new ArrayList<>();
      for (int i = 0; i < EACH; i++) {
        for (int key = 0; key < KEYS; key++) {
          messages.add(
              Deployment.request("k" + key + "-" + i).setOrderingKey("key-" + key).build());
        }
      }
      deployment.submit(messages);
      deployment.process(gateway, 16);
      deployment.process(gateway, 16);
      Awaitility.await()
          .atMost(Deployment.PATIENCE)
          .until(() -> deployment.results().size() >= KEYS * EACH);

      for (int key = 0; key < KEYS; key++) {
        String prefix = "k" + key + "-";
        List<String> expected = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
          expected.add(prefix + i);
          // Asked, then answered, before the next is asked.
          twice.addAll(List.of(prefix + i, prefix + i));
        }
        assertThat(gateway.events()).filteredOn(id -> id.startsWith(prefix)).isEqualTo(twice);
        assertThat(deployment.resultIds())
            .filteredOn(id -> id.startsWith(prefix))
            .isEqualTo(expected);
      }
      assertThat(
              deployment.results().stream()
                  .collect(Collectors.groupingBy(PubsubMessage::getOrderingKey)))
          .hasSize(KEYS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void one_of_a_key_is_handed_out_and_the_next_when_it_is_acknowledged(Pulls.Kind pull)
      throws Exception {
    try (Deployment deployment = ordered().pulling(pull)) {
      deployment.submit(
          List.of(
              Deployment.request("a").setOrderingKey("k").build(),
              Deployment.request("b").setOrderingKey("k").build(),
              Deployment.request("c").build()));
      PubSubTransport transport = deployment.open();
      RequestQueue queue = Deployment.queue(transport);
      Map<String, Delivery> first = take(queue, 2);
      assertThat(first).containsOnlyKeys("a", "c");
      assertThat(queue.receive(10, Duration.ofMillis(300))).isEmpty();

      // Waiting for another attempt it holds up those behind it.
      assertThat(
              transport
                  .retryQueue()
                  .schedule(List.of(new Retry(first.get("a"), Duration.ofMillis(500), 2))))
          .isEmpty();
      assertThat(queue.receive(10, Duration.ofMillis(300))).isEmpty();
      Delivery again = take(transport.retryQueue(), 1).get("a");
      assertThat(again.attempt()).isEqualTo(2);
      assertThat(transport.retryQueue().acknowledge(List.of(again))).isEmpty();
      assertThat(take(queue, 1)).containsOnlyKeys("b");
    }
  }

  @Test
  void if_the_first_is_released_those_behind_it_go_back_too() throws Exception {
    try (Deployment deployment = ordered()) {
      deployment.submit(
          List.of(
              Deployment.request("a").setOrderingKey("k").build(),
              Deployment.request("b").setOrderingKey("k").build()));
      RequestQueue queue = Deployment.queue(deployment.open());
      List<Delivery> first = queue.receive(2, Duration.ofSeconds(30));
      assertThat(first).hasSize(1);
      queue.release(first);

      // Leases last for a minute. In which order they come here, the emulator does not care.
      RequestQueue heir = Deployment.queue(deployment.open());
      Map<String, Delivery> all = new HashMap<>();
      for (int i = 0; i < 2; i++) {
        Map<String, Delivery> next = take(heir, 1);
        assertThat(heir.acknowledge(List.copyOf(next.values()))).isEmpty();
        all.putAll(next);
      }
      assertThat(all).containsOnlyKeys("a", "b");
    }
  }

  private static Deployment ordered(String... settings) {
    return new Deployment(
        subscription ->
            subscription.setEnableMessageOrdering(true).setEnableExactlyOnceDelivery(true),
        settings);
  }

  private static Map<String, Delivery> take(RequestQueue queue, int count) throws Exception {
    List<Delivery> taken = new ArrayList<>();
    long begin = System.nanoTime();
    while (taken.size() < count && System.nanoTime() - begin < 30_000_000_000L) {
      taken.addAll(queue.receive(count - taken.size(), Duration.ofSeconds(1)));
    }
    assertThat(taken).hasSize(count);
    return taken.stream()
        .collect(
            Collectors.toMap(
                delivery -> delivery.body().toUtf8().replaceFirst(".*\"id\": \"(\\w+)\".*", "$1"),
                delivery -> delivery));
  }
}
