package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.LEASE;
import static io.batchprocessor.memory.Samples.PATIENCE;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules 201 to 218, which the request queue and the retry queue both keep. */
abstract class LeasedQueueRules {

  ManualTicker ticker;
  MemoryTransport transport;
  RequestQueue queue;

  /** Makes messages available in {@code queue}, in this order. */
  abstract void fill(String... bodies) throws InterruptedException;

  abstract RequestQueue queueOf(MemoryTransport opened);

  @BeforeEach
  final void open() {
    ticker = new ManualTicker();
    transport = MemoryTransport.builder().queues("a", "b").lease(LEASE).ticker(ticker).build();
    queue = queueOf(transport);
  }

  @AfterEach
  final void close() {
    transport.close();
  }

  @Test
  void rule_201_receive_returns_what_there_is_up_to_max() throws Exception {
    fill("1", "2", "3");

    assertThat(texts(queue.receive(2, PATIENCE))).containsExactly("1", "2");
    assertThat(texts(queue.receive(2, PATIENCE))).containsExactly("3");
  }

  @Test
  void rule_201_a_waiting_receive_returns_with_the_first_message() throws Exception {
    Background<List<Delivery>> receive = Background.waiting(() -> queue.receive(10, PATIENCE));

    fill("1");

    assertThat(texts(receive.result())).containsExactly("1");
  }

  @Test
  void rule_202_receive_gives_up_after_max_wait() throws Exception {
    long begin = System.nanoTime();

    assertThat(queue.receive(1, Duration.ofMillis(20))).isEmpty();

    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void rule_202_receive_does_not_wait_when_told_so() throws Exception {
    assertThat(queue.receive(1, Duration.ZERO)).isEmpty();
  }

  @Test
  void rule_203_a_held_message_is_not_handed_out_again() throws Exception {
    fill("1");
    receiveOne(queue);

    ticker.advance(LEASE.minusNanos(1));

    assertThat(receive(queue, 10)).isEmpty();
  }

  @Test
  void rule_204_release_makes_the_message_available_as_if_never_handed_out() throws Exception {
    fill("1");
    Delivery first = receiveOne(queue);

    queue.release(List.of(first));

    Delivery second = receiveOne(queue);
    assertThat(second).isNotSameAs(first);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.attempt()).isEqualTo(first.attempt());
    assertThat(second.deliveryCount()).isEqualTo(1);
    assertThat(second.enqueuedAt()).isEqualTo(first.enqueuedAt());
  }

  @Test
  void rule_204_released_messages_take_their_old_places_again() throws Exception {
    fill("1", "2", "3", "4", "5");
    List<Delivery> held = receive(queue, 4);

    queue.release(List.of(held.get(2)));
    queue.release(List.of(held.get(3), held.get(0)));

    assertThat(texts(receive(queue, 10))).containsExactly("1", "3", "4", "5");
  }

  @Test
  void rule_204_a_release_wakes_a_waiting_receive() throws Exception {
    fill("1");
    Delivery held = receiveOne(queue);
    Background<List<Delivery>> receive = Background.waiting(() -> queue.receive(1, PATIENCE));

    queue.release(List.of(held));

    assertThat(texts(receive.result())).containsExactly("1");
  }

  @Test
  void rule_205_acknowledge_removes_the_message_for_good() throws Exception {
    fill("1");

    assertThat(queue.acknowledge(List.of(receiveOne(queue)))).isEmpty();

    ticker.advance(LEASE.multipliedBy(2));
    assertThat(receive(queue, 10)).isEmpty();
  }

  @Test
  void rule_206_after_its_lease_the_message_is_available_and_counted() throws Exception {
    fill("1", "2");
    Delivery first = receive(queue, 1).get(0);

    ticker.advance(LEASE);

    List<Delivery> again = receive(queue, 10);
    assertThat(texts(again)).containsExactly("1", "2");
    assertThat(again).extracting(Delivery::deliveryCount).containsExactly(2, 1);
    assertThat(again.get(0).attempt()).isEqualTo(first.attempt());
  }

  @Test
  void rule_206_a_release_keeps_the_count_of_leases_that_ran_out() throws Exception {
    fill("1");
    receiveOne(queue);
    ticker.advance(LEASE);

    queue.release(List.of(receiveOne(queue)));

    assertThat(receiveOne(queue).deliveryCount()).isEqualTo(2);
  }

  @Test
  void rule_206_a_waiting_receive_returns_when_a_lease_runs_out() throws Exception {
    try (MemoryTransport real =
        MemoryTransport.builder().queues("a", "b").lease(Duration.ofMillis(30)).build()) {
      transport.close();
      transport = real;
      queue = queueOf(real);
      fill("1");
      assertThat(queue.receive(1, PATIENCE)).hasSize(1);

      List<Delivery> again = queue.receive(1, PATIENCE);

      assertThat(texts(again)).containsExactly("1");
      assertThat(again.get(0).deliveryCount()).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void rule_207_extend_starts_the_lease_anew() throws Exception {
    fill("1", "2");
    List<Delivery> held = receive(queue, 2);
    ticker.advance(LEASE.minusNanos(1));

    assertThat(queue.extend(held.subList(0, 1))).isEmpty();

    ticker.advance(LEASE.minusNanos(1));
    assertThat(texts(receive(queue, 10))).containsExactly("2");
    ticker.advance(Duration.ofNanos(1));
    assertThat(texts(receive(queue, 10))).containsExactly("1");
  }

  @Test
  void rule_207_the_lease_is_told() throws Exception {
    fill("1");

    assertThat(receiveOne(queue).lease()).isEqualTo(LEASE);
  }

  @Test
  void rule_207_extend_returns_the_lost_and_leaves_them_alone() throws Exception {
    fill("1", "2");
    Delivery stale = receive(queue, 1).get(0);
    ticker.advance(LEASE);
    List<Delivery> current = receive(queue, 2);
    ticker.advance(LEASE.minusNanos(1));

    assertThat(queue.extend(List.of(stale, current.get(1)))).containsExactly(stale);

    ticker.advance(Duration.ofNanos(1));
    assertThat(texts(receive(queue, 10))).containsExactly("1");
  }

  @Test
  void rule_207_a_lease_is_lost_when_its_time_is_over_though_nobody_has_asked() throws Exception {
    fill("1");
    Delivery late = receiveOne(queue);

    ticker.advance(LEASE);

    assertThat(queue.extend(List.of(late))).containsExactly(late);
    assertThat(queue.acknowledge(List.of(late))).containsExactly(late);
    assertThat(receiveOne(queue).deliveryCount()).isEqualTo(2);
  }

  @Test
  void rule_208_acknowledge_returns_the_lost_and_leaves_the_holder_alone() throws Exception {
    fill("1", "2");
    List<Delivery> stale = receive(queue, 2);
    ticker.advance(LEASE);
    List<Delivery> current = receive(queue, 2);

    assertThat(queue.acknowledge(stale)).containsExactlyElementsOf(stale);

    assertThat(queue.extend(current)).isEmpty();
    assertThat(queue.acknowledge(current)).isEmpty();
  }

  @Test
  void rule_209_releasing_a_lost_delivery_changes_nothing() throws Exception {
    fill("1");
    Delivery stale = receiveOne(queue);
    ticker.advance(LEASE);
    Delivery current = receiveOne(queue);

    queue.release(List.of(stale));

    assertThat(receive(queue, 10)).isEmpty();
    assertThat(queue.acknowledge(List.of(current))).isEmpty();
  }

  @Test
  void rule_210_a_settled_delivery_is_lost() throws Exception {
    fill("1", "2");
    List<Delivery> held = receive(queue, 2);
    List<Delivery> acknowledged = held.subList(0, 1);
    List<Delivery> released = held.subList(1, 2);
    queue.acknowledge(acknowledged);
    queue.release(released);

    for (List<Delivery> settled : List.of(acknowledged, released)) {
      assertThat(queue.acknowledge(settled)).isEqualTo(settled);
      assertThat(queue.extend(settled)).isEqualTo(settled);
      queue.release(settled);
    }

    assertThat(texts(receive(queue, 10))).containsExactly("2");
  }

  @Test
  void rule_210_one_delivery_twice_in_a_list_is_settled_once() throws Exception {
    fill("1");
    Delivery held = receiveOne(queue);

    queue.release(List.of(held, held));

    Delivery again = receiveOne(queue);
    assertThat(queue.acknowledge(List.of(again, again))).containsExactly(again);
  }

  @Test
  void rule_211_the_body_is_what_was_submitted() throws Exception {
    String body = "{\"a\": 1e400,\"a\":\u0000 \"\uD83D\uDE00\"} \n";
    fill(body);

    assertThat(receiveOne(queue).body()).isEqualTo(Bytes.utf8(body));
  }

  @Test
  void rule_213_settling_does_not_wait_for_a_waiting_receive() throws Exception {
    fill("1", "2", "3");
    List<Delivery> held = receive(queue, 3);
    Background<List<Delivery>> receive = Background.waiting(() -> queue.receive(1, PATIENCE));

    assertThat(queue.extend(held.subList(0, 1))).isEmpty();
    assertThat(queue.acknowledge(held.subList(1, 2))).isEmpty();
    queue.release(held.subList(2, 3));

    assertThat(texts(receive.result())).containsExactly("3");
  }

  @Test
  void rule_214_an_interrupt_ends_a_waiting_receive() throws Exception {
    Background<List<Delivery>> receive = Background.waiting(() -> queue.receive(1, PATIENCE));

    receive.interrupt();

    assertThatThrownBy(receive::result).isInstanceOf(InterruptedException.class);
  }

  @Test
  void rule_214_an_interrupted_thread_takes_nothing() throws Exception {
    fill("1");
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> receive(queue, 1)).isInstanceOf(InterruptedException.class);

    assertThat(texts(receive(queue, 1))).containsExactly("1");
  }

  @Test
  void rule_215_a_call_that_fails_has_done_nothing_and_can_be_repeated() throws Exception {
    fill("1");
    Delivery held = receiveOne(queue);
    Delivery foreign = Delivery.builder("a", Bytes.EMPTY).build();
    List<Delivery> mixed = List.of(held, foreign);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> queue.acknowledge(mixed))
        .withMessageContaining("was not handed out by this transport");
    assertThatIllegalArgumentException().isThrownBy(() -> queue.release(mixed));
    assertThatIllegalArgumentException().isThrownBy(() -> queue.extend(mixed));

    assertThat(queue.acknowledge(List.of(held))).isEmpty();
    assertThat(queue.acknowledge(List.of(held))).containsExactly(held);
  }

  @Test
  void rule_216_every_method_refuses_after_close() throws Exception {
    fill("1", "2");
    List<Delivery> held = receive(queue, 1);

    transport.close();

    assertThatIllegalStateException().isThrownBy(() -> receive(queue, 1));
    assertThatIllegalStateException().isThrownBy(() -> queue.acknowledge(held));
    assertThatIllegalStateException().isThrownBy(() -> queue.release(held));
    assertThatIllegalStateException().isThrownBy(() -> queue.extend(held));
  }

  @Test
  void rule_216_close_ends_a_waiting_receive() {
    Background<List<Delivery>> receive = Background.waiting(() -> queue.receive(1, PATIENCE));

    transport.close();

    assertThatIllegalStateException().isThrownBy(receive::result).withMessageContaining("closed");
  }

  @Test
  void rule_217_nulls_and_a_max_below_one_are_refused() {
    assertThatNullPointerException().isThrownBy(() -> queue.receive(1, null));
    assertThatNullPointerException().isThrownBy(() -> queue.acknowledge(null));
    assertThatNullPointerException().isThrownBy(() -> queue.release(null));
    assertThatNullPointerException().isThrownBy(() -> queue.extend(null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> receive(queue, 0))
        .withMessageContaining("max must be at least 1, is 0");
  }

  @Test
  void receivers_that_share_a_queue_get_each_message_once_and_none_sleeps_through_it()
      throws Exception {
    Background<List<Delivery>> one = Background.waiting(() -> queue.receive(1, PATIENCE));
    Background<List<Delivery>> other = Background.waiting(() -> queue.receive(1, PATIENCE));

    fill("1", "2");

    assertThat(texts(List.of(one.result().get(0), other.result().get(0))))
        .containsExactlyInAnyOrder("1", "2");
  }
}
