package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.PATIENCE;
import static io.batchprocessor.memory.Samples.answer;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static io.batchprocessor.memory.Samples.result;
import static io.batchprocessor.memory.Samples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryProducerTest {

  private final MemoryTransport transport =
      MemoryTransport.builder().queues("a", "b").capacity(3).build();
  private final RequestQueue first = transport.requestQueues().get(0);
  private final RequestQueue second = transport.requestQueues().get(1);

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void rule_651_submitted_messages_are_there_byte_for_byte() throws Exception {
    Bytes body = Bytes.utf8("{\"n\": 12345678901234567890.10, \"n\":1}");

    transport.submit("a", List.of(body));

    assertThat(receiveOne(first).body()).isEqualTo(body);
  }

  @Test
  void rule_652_messages_are_handed_out_in_the_order_of_their_submission() throws Exception {
    transport.submit("a", bodies("1", "2"));
    transport.submit("a", bodies("3"));

    assertThat(texts(receive(first, 10))).containsExactly("1", "2", "3");
  }

  @Test
  void rule_653_each_result_is_handed_out_once() throws Exception {
    transport.submit("a", bodies("1", "2", "3"));
    transport.settle(
        receive(first, 3).stream()
            .map(delivery -> result(delivery, delivery.body().toUtf8()))
            .toList());

    assertThat(ids(transport.takeResults(2, PATIENCE))).containsExactly("1", "2");
    assertThat(ids(transport.takeResults(2, PATIENCE))).containsExactly("3");
    assertThat(transport.takeResults(2, Duration.ofMillis(1))).isEmpty();
  }

  @Test
  void rule_653_a_waiting_taker_gets_the_first_result() throws Exception {
    transport.submit("a", bodies("1"));
    Delivery held = receiveOne(first);
    Background<List<Bytes>> take = Background.waiting(() -> transport.takeResults(10, PATIENCE));

    transport.settle(List.of(result(held, "x")));

    assertThat(ids(take.result())).containsExactly("x");
  }

  @Test
  void rule_653_results_can_be_taken_after_close_until_there_are_none() throws Exception {
    transport.submit("a", bodies("1"));
    transport.settle(List.of(result(receiveOne(first), "x")));

    transport.close();

    assertThat(ids(transport.takeResults(10, PATIENCE))).containsExactly("x");
    assertThatIllegalStateException().isThrownBy(() -> transport.takeResults(10, PATIENCE));
  }

  @Test
  void close_ends_a_waiting_taker_and_an_interrupt_does_too() {
    Background<List<Bytes>> interrupted =
        Background.waiting(() -> transport.takeResults(1, PATIENCE));
    interrupted.interrupt();
    assertThatThrownBy(interrupted::result).isInstanceOf(InterruptedException.class);

    Background<List<Bytes>> closed = Background.waiting(() -> transport.takeResults(1, PATIENCE));
    transport.close();
    assertThatIllegalStateException().isThrownBy(closed::result);
  }

  @Test
  void rule_654_an_unknown_queue_is_refused_and_the_known_are_named() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transport.submit("c", bodies("1")))
        .withMessage("no request queue 'c'; there are: a, b");
    assertThatIllegalArgumentException().isThrownBy(() -> transport.submit("c", request("x")));
    assertThatIllegalArgumentException().isThrownBy(() -> transport.takeResults(0, PATIENCE));
    assertThatNullPointerException().isThrownBy(() -> transport.submit((String) null, bodies("1")));
    assertThatNullPointerException().isThrownBy(() -> transport.submit((RequestMessage) null));
  }

  @Test
  void a_full_queue_makes_submit_wait_and_room_lets_it_go_on() throws Exception {
    transport.submit("a", bodies("1", "2", "3"));
    Background<?> submit = Background.waiting(() -> submitted("4", "5", "6", "7"));

    List<String> all = new ArrayList<>(texts(receive(first, 3)));
    while (all.size() < 7) {
      all.addAll(texts(first.receive(10, PATIENCE)));
    }

    submit.result();
    assertThat(all).containsExactly("1", "2", "3", "4", "5", "6", "7");
  }

  @Test
  void waiting_producers_share_the_room_there_is() throws Exception {
    transport.submit("a", bodies("1", "2", "3"));
    Background<?> one = Background.waiting(() -> submitted("4"));
    Background<?> other = Background.waiting(() -> submitted("5"));

    first.acknowledge(receive(first, 3));

    one.result();
    other.result();
    assertThat(texts(receive(first, 10))).containsExactlyInAnyOrder("4", "5");
  }

  @Test
  void an_interrupt_ends_a_waiting_submit_and_says_what_is_stored() throws Exception {
    transport.submit("a", bodies("1", "2"));
    Background<Boolean> submit =
        Background.waiting(
            () -> {
              assertThatIllegalStateException()
                  .isThrownBy(() -> transport.submit("a", bodies("3", "4")))
                  .withMessage(
                      "interrupted while queue 'a' was full: the first 1 of 2 messages are stored");
              return Thread.currentThread().isInterrupted();
            });

    submit.interrupt();

    assertThat(submit.result()).isTrue();
    assertThat(texts(receive(first, 10))).containsExactly("1", "2", "3");
  }

  @Test
  void close_ends_a_waiting_submit_and_it_says_what_is_stored() {
    Background<?> submit = Background.waiting(() -> submitted("1", "2", "3", "4"));

    transport.close();

    assertThatIllegalStateException()
        .isThrownBy(submit::result)
        .withMessageContaining("transport closed")
        .withMessageContaining("the first 3 of 4 messages are stored");
  }

  @Test
  void a_full_queue_refuses_a_future_at_once_and_other_queues_do_not() {
    transport.submit("a", bodies("1", "2", "3"));

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.submit(request("x")))
        .withMessageContaining("queue 'a' is full (waiting=3/3)")
        .withMessageContaining("memory.capacity");

    assertThat(transport.submit("b", request("x"))).isNotDone();
  }

  @Test
  void what_waits_for_another_attempt_takes_room_what_is_held_does_not() throws Exception {
    transport.submit("a", bodies("1", "2", "3"));
    List<Delivery> held = receive(first, 3);
    transport.submit("a", bodies("4", "5"));
    transport.retryQueue().schedule(List.of(new Retry(held.get(0), Duration.ofHours(1), 2)));

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.submit("a", request("x")));

    // What comes back is let in all the same.
    first.release(held.subList(1, 3));
    assertThat(texts(receive(first, 10))).containsExactly("2", "3", "4", "5");
    assertThat(transport.submit("a", request("x"))).isNotDone();
  }

  @Test
  void a_future_gets_the_result_of_its_request_though_ids_are_equal() throws Exception {
    List<CompletableFuture<ResultMessage>> futures =
        IntStream.range(0, 3).mapToObj(i -> transport.submit(request("same"))).toList();
    List<Delivery> held = receive(first, 3);
    transport.retryQueue().schedule(List.of(new Retry(held.get(1), Duration.ZERO, 2)));
    first.release(List.of(held.get(2)));

    transport.settle(
        List.of(
            new Result(receiveOne(first), answer("same", "2")),
            new Result(receiveOne(transport.retryQueue()), answer("same", "1")),
            new Result(held.get(0), answer("same", "0"))));

    for (int i = 0; i < 3; i++) {
      assertThat(futures.get(i).join().payload()).contains(Bytes.utf8(String.valueOf(i)));
    }
  }

  @Test
  void a_future_gets_an_error_result_as_a_value() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit("b", request("x"));
    ResultMessage error =
        ResultMessage.builder("x").error(ErrorCode.DEADLINE_EXCEEDED, "too late").build();

    transport.settle(List.of(new Result(receiveOne(second), error)));

    assertThat(future).isCompletedWithValue(error);
  }

  @Test
  void the_message_of_a_future_is_the_request_as_json() throws Exception {
    RequestMessage request = request("x");

    assertThat(transport.submit(request)).isNotDone();

    assertThat(receiveOne(first).body()).isEqualTo(request.toJson());
  }

  @Test
  void close_fails_every_future_that_has_no_result_wherever_its_request_is() throws Exception {
    CompletableFuture<ResultMessage> held = transport.submit("a", request("held"));
    CompletableFuture<ResultMessage> retried = transport.submit("a", request("retried"));
    List<Delivery> deliveries = receive(first, 2);
    transport.retryQueue().schedule(List.of(new Retry(deliveries.get(1), Duration.ofHours(1), 2)));
    CompletableFuture<ResultMessage> waiting = transport.submit("a", request("waiting"));

    transport.close();

    for (CompletableFuture<ResultMessage> future : List.of(held, retried, waiting)) {
      assertThat(future)
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withRootCauseInstanceOf(IllegalStateException.class)
          .withMessageContaining("has no result: the in-memory transport was closed before");
    }
    assertThatIllegalStateException().isThrownBy(() -> transport.submit(request("late")));
    assertThatIllegalStateException().isThrownBy(() -> transport.submit("a", bodies("late")));
  }

  private Object submitted(String... bodies) {
    transport.submit("a", bodies(bodies));
    return "submitted";
  }

  private static List<String> ids(List<Bytes> results) {
    return results.stream().map(json -> ResultMessage.parse(json).id()).toList();
  }
}
