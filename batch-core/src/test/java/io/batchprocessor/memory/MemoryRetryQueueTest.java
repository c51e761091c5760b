package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.LEASE;
import static io.batchprocessor.memory.Samples.PATIENCE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRetryQueueTest extends LeasedQueueRules {

  @Override
  void fill(String... bodies) throws InterruptedException {
    for (String body : bodies) {
      schedule(submitted("a", body), Duration.ZERO);
    }
  }

  @Override
  RequestQueue queueOf(MemoryTransport opened) {
    return opened.retryQueue();
  }

  @Test
  void rule_301_a_scheduled_message_is_in_the_retry_queue_only() throws Exception {
    Delivery original = submitted("a", "1");

    assertThat(schedule(original, Duration.ZERO)).isEmpty();

    assertThat(waitingAndLeased()).containsExactly(0L, 0L, 0L, 0L, 1L, 0L);
    assertThat(transport.requestQueues().get(0).acknowledge(List.of(original)))
        .containsExactly(original);
  }

  @Test
  void rule_302_a_message_does_not_come_back_before_it_is_due() throws Exception {
    schedule(submitted("a", "1"), Duration.ofSeconds(5));

    ticker.advance(Duration.ofSeconds(5).minusNanos(1));
    assertThat(receive(queue, 1)).isEmpty();

    ticker.advance(Duration.ofNanos(1));
    assertThat(texts(receive(queue, 1))).containsExactly("1");
  }

  @Test
  void rule_302_a_delay_beyond_all_time_is_never_due() throws Exception {
    ticker.advance(Duration.ofNanos(1));
    schedule(submitted("a", "1"), Duration.ofSeconds(Long.MAX_VALUE));

    ticker.advance(Duration.ofDays(10_000));

    assertThat(receive(queue, 1)).isEmpty();
    assertThat(waitingAndLeased()).containsExactly(0L, 0L, 0L, 0L, 1L, 0L);
  }

  @Test
  void rule_303_a_message_comes_back_with_its_attempt_and_all_else_as_it_was() throws Exception {
    submitted("b", "1");
    ticker.advance(LEASE);
    Delivery original = receiveOne(transport.requestQueues().get(1));
    assertThat(original.deliveryCount()).isEqualTo(2);

    transport.retryQueue().schedule(List.of(new Retry(original, Duration.ZERO, 7)));

    Delivery again = receiveOne(queue);
    assertThat(again.attempt()).isEqualTo(7);
    assertThat(again.deliveryCount()).isEqualTo(1);
    assertThat(again.queue()).isEqualTo("b");
    assertThat(again.body()).isEqualTo(original.body());
    assertThat(again.attributes()).isEqualTo(original.attributes());
    assertThat(again.enqueuedAt()).isEqualTo(original.enqueuedAt()).isPresent();
  }

  @Test
  void rule_304_who_has_been_due_longest_comes_first() throws Exception {
    schedule(submitted("a", "third"), Duration.ofSeconds(3));
    schedule(submitted("a", "first"), Duration.ofSeconds(1));
    schedule(submitted("a", "fourth"), Duration.ofSeconds(4));
    schedule(submitted("a", "second"), Duration.ofSeconds(2));
    schedule(submitted("a", "second too"), Duration.ofSeconds(2));

    ticker.advance(Duration.ofSeconds(3));

    assertThat(texts(receive(queue, 10))).containsExactly("first", "second", "second too", "third");
  }

  @Test
  void rule_305_the_retry_queue_takes_its_own_deliveries_and_those_of_every_request_queue()
      throws Exception {
    fill("mine");
    Delivery own = receiveOne(queue);

    List<Delivery> lost =
        transport
            .retryQueue()
            .schedule(
                List.of(
                    new Retry(own, Duration.ZERO, 3),
                    new Retry(submitted("a", "of a"), Duration.ZERO, 2),
                    new Retry(submitted("b", "of b"), Duration.ZERO, 2)));

    assertThat(lost).isEmpty();
    List<Delivery> all = receive(queue, 10);
    assertThat(texts(all)).containsExactly("mine", "of a", "of b");
    assertThat(all).extracting(Delivery::queue).containsExactly("a", "a", "b");
    assertThat(all).extracting(Delivery::attempt).containsExactly(3, 2, 2);
  }

  @Test
  void rule_305_deliveries_of_another_transport_are_refused() throws Exception {
    try (MemoryTransport other = MemoryTransport.builder().build()) {
      other.submit("requests", bodies("1"));
      Delivery foreign = receiveOne(other.requestQueues().get(0));

      assertThatIllegalArgumentException().isThrownBy(() -> schedule(foreign, Duration.ZERO));
    }
  }

  @Test
  void rule_306_the_lost_are_returned_and_not_stored() throws Exception {
    Delivery stale = submitted("a", "1");
    ticker.advance(LEASE);

    assertThat(schedule(stale, Duration.ZERO)).containsExactly(stale);

    assertThat(receive(queue, 10)).isEmpty();
    assertThat(texts(receive(transport.requestQueues().get(0), 10))).containsExactly("1");
  }

  @Test
  void rule_308_a_waiting_receive_returns_when_a_message_becomes_due() throws Exception {
    try (MemoryTransport real = MemoryTransport.builder().build()) {
      RetryQueue retries = real.retryQueue();
      RequestQueue requests = real.requestQueues().get(0);
      real.submit("requests", bodies("late", "soon"));
      List<Delivery> held = receive(requests, 2);
      retries.schedule(List.of(new Retry(held.get(0), Duration.ofHours(1), 2)));
      Background<List<Delivery>> receive = Background.waiting(() -> retries.receive(10, PATIENCE));
      long begin = System.nanoTime();

      retries.schedule(List.of(new Retry(held.get(1), Duration.ofMillis(30), 2)));

      assertThat(texts(receive.result())).containsExactly("soon");
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(30_000_000);
    }
  }

  @Test
  void rule_309_without_delay_a_message_is_available_at_once() throws Exception {
    schedule(submitted("a", "1"), Duration.ZERO);

    assertThat(texts(receive(queue, 1))).containsExactly("1");
  }

  @Test
  void schedule_refuses_null_and_a_closed_transport() throws Exception {
    Delivery held = submitted("a", "1");
    assertThatNullPointerException().isThrownBy(() -> transport.retryQueue().schedule(null));

    transport.close();

    assertThatIllegalStateException().isThrownBy(() -> schedule(held, Duration.ZERO));
  }

  private Delivery submitted(String queueName, String body) throws InterruptedException {
    transport.submit(queueName, bodies(body));
    return transport.requestQueues().stream()
        .filter(candidate -> candidate.name().equals(queueName))
        .findFirst()
        .orElseThrow()
        .receive(1, Duration.ZERO)
        .get(0);
  }

  private List<Delivery> schedule(Delivery delivery, Duration delay) {
    return transport
        .retryQueue()
        .schedule(List.of(new Retry(delivery, delay, delivery.attempt() + 1)));
  }

  private List<Long> waitingAndLeased() {
    return transport.backlogs().stream()
        .flatMap((Backlog backlog) -> List.of(backlog.waiting(), backlog.leased()).stream())
        .toList();
  }
}
