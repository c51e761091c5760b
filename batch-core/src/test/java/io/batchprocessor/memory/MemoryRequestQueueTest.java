package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.PATIENCE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRequestQueueTest extends LeasedQueueRules {

  @Override
  void fill(String... bodies) {
    transport.submit("a", bodies(bodies));
  }

  @Override
  RequestQueue queueOf(MemoryTransport opened) {
    return opened.requestQueues().get(0);
  }

  @Test
  void rule_212_a_new_message_is_a_first_attempt_delivered_first() throws Exception {
    fill("1");

    Delivery delivery = receiveOne(queue);

    assertThat(delivery.attempt()).isEqualTo(1);
    assertThat(delivery.deliveryCount()).isEqualTo(1);
    assertThat(delivery.queue()).isEqualTo("a").isEqualTo(queue.name());
  }

  @Test
  void rule_218_queues_keep_their_messages_apart() throws Exception {
    RequestQueue other = transport.requestQueues().get(1);
    transport.submit("b", bodies("of b"));
    fill("of a");

    assertThat(texts(receive(queue, 10))).containsExactly("of a");
    List<Delivery> ofOther = receive(other, 10);
    assertThat(texts(ofOther)).containsExactly("of b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> queue.acknowledge(ofOther))
        .withMessageContaining("handed out by queue 'b', not by 'a'");
    assertThat(other.acknowledge(ofOther)).isEmpty();
  }

  @Test
  void a_waiting_receive_watches_over_the_lease_that_began_meanwhile() throws Exception {
    try (MemoryTransport real = MemoryTransport.builder().lease(Duration.ofMillis(50)).build()) {
      RequestQueue requests = real.requestQueues().get(0);
      Background<List<Delivery>> one = Background.waiting(() -> requests.receive(1, PATIENCE));
      Background<List<Delivery>> other = Background.waiting(() -> requests.receive(1, PATIENCE));

      real.submit("requests", bodies("1"));

      // Whichever gets the message never settles it: the other one gets it next.
      assertThat(texts(one.result())).containsExactly("1");
      assertThat(texts(other.result())).containsExactly("1");
    }
  }

  @Test
  void a_delivery_says_when_it_was_submitted() throws Exception {
    Instant submitted = Instant.parse("2026-11-23T12:00:00Z");
    try (MemoryTransport fixed =
        MemoryTransport.builder().clock(InstantSource.fixed(submitted)).build()) {
      fixed.submit("requests", bodies("1"));

      assertThat(receiveOne(fixed.requestQueues().get(0)).enqueuedAt()).contains(submitted);
    }
  }
}
