package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static io.batchprocessor.memory.Samples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryCancellationTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport transport =
      MemoryTransport.builder().lease(Duration.ofDays(1)).ticker(ticker).build();
  private final RequestQueue requests = transport.requestQueues().get(0);

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void rule_641_a_cancelled_id_is_seen_until_its_result_is_stored() throws Exception {
    List<Delivery> held = held("1", "2");

    transport.cancel("x");

    assertThat(transport.cancelled(Map.of(held.get(0), "x"))).containsExactly(held.get(0));
    assertThat(transport.cancelled(Map.of(held.get(0), "x"))).containsExactly(held.get(0));
    transport.settle(List.of(result(held.get(0), "x")));
    assertThat(transport.cancelled(Map.of(held.get(1), "x"))).isEmpty();
  }

  @Test
  void rule_641_a_cancelled_id_is_forgotten_after_an_hour() throws Exception {
    Delivery held = held("1").get(0);
    transport.cancel("x");

    ticker.advance(Cancellations.REMEMBERED.minusNanos(1));
    assertThat(transport.cancelled(Map.of(held, "x"))).containsExactly(held);

    ticker.advance(Duration.ofNanos(1));
    assertThat(transport.cancelled(Map.of(held, "x"))).isEmpty();
  }

  @Test
  void rule_641_cancelling_again_starts_the_hour_anew() throws Exception {
    Delivery held = held("1").get(0);
    transport.cancel("x");
    ticker.advance(Cancellations.REMEMBERED.minusNanos(1));

    transport.cancel("x");

    ticker.advance(Cancellations.REMEMBERED.minusNanos(1));
    assertThat(transport.cancelled(Map.of(held, "x"))).containsExactly(held);
  }

  @Test
  void rule_642_only_the_cancelled_are_returned() throws Exception {
    List<Delivery> held = held("1", "2", "3");

    transport.cancel("y");

    assertThat(transport.cancelled(Map.of(held.get(0), "x", held.get(1), "y", held.get(2), "y")))
        .containsExactlyInAnyOrder(held.get(1), held.get(2));
  }

  @Test
  void rule_644_an_id_can_be_cancelled_before_its_request_arrives() throws Exception {
    transport.cancel("x");

    Delivery late = held("1").get(0);

    assertThat(transport.cancelled(Map.of(late, "x"))).containsExactly(late);
  }

  @Test
  void ids_without_end_are_refused_until_some_are_old() {
    for (int i = 0; i < Cancellations.MOST; i++) {
      transport.cancel("id-" + i);
    }
    transport.cancel("id-0");
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.cancel("one more"))
        .withMessageContaining("'one more' can't be cancelled");

    ticker.advance(Cancellations.REMEMBERED);

    transport.cancel("one more");
  }

  @Test
  void cancelling_a_future_cancels_that_request_and_no_other_with_its_id() throws Exception {
    CompletableFuture<ResultMessage> cancelled = transport.submit(request("x"));
    CompletableFuture<ResultMessage> other = transport.submit(request("x"));

    cancelled.cancel(true);

    List<Delivery> held = receive(requests, 2);
    assertThat(transport.cancelled(Map.of(held.get(0), "x", held.get(1), "x")))
        .containsExactly(held.get(0));
    assertThat(other).isNotDone();
  }

  @Test
  void a_cancelled_future_is_seen_at_a_later_attempt_too() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));
    transport.retryQueue().schedule(List.of(new Retry(receiveOne(requests), Duration.ZERO, 2)));

    future.cancel(false);

    Delivery again = receiveOne(transport.retryQueue());
    assertThat(transport.cancelled(Map.of(again, "x"))).containsExactly(again);
    assertThat(transport.settle(List.of(result(again, "x")))).isEmpty();
    assertThat(future).isCancelled();
    assertThat(transport.takeResults(1, Duration.ZERO)).isEmpty();
  }

  @Test
  void a_future_that_times_out_cancels_its_request() throws Exception {
    CompletableFuture<ResultMessage> future =
        transport.submit(request("x")).orTimeout(1, TimeUnit.MILLISECONDS);
    await().until(future::isDone);

    Delivery held = receiveOne(requests);

    assertThat(transport.cancelled(Map.of(held, "x"))).containsExactly(held);
  }

  @Test
  void an_answered_request_is_not_cancelled() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));
    Delivery held = receiveOne(requests);
    transport.resultQueue().publish(List.of(result(held, "x")));
    assertThat(future).isDone();

    assertThat(transport.cancelled(Map.of(held, "x"))).isEmpty();
  }

  @Test
  void what_depends_on_a_future_can_be_cancelled_alone() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));

    future.thenApply(ResultMessage::id).cancel(true);

    Delivery held = receiveOne(requests);
    assertThat(transport.cancelled(Map.of(held, "x"))).isEmpty();
    assertThat(future).isNotDone();
  }

  @Test
  void it_refuses_nulls_and_a_closed_transport() {
    assertThatNullPointerException().isThrownBy(() -> transport.cancel(null));
    assertThatNullPointerException().isThrownBy(() -> transport.cancelled(null));

    transport.close();

    assertThatIllegalStateException().isThrownBy(() -> transport.cancel("x"));
  }

  private List<Delivery> held(String... bodies) throws InterruptedException {
    transport.submit("requests", bodies(bodies));
    return receive(requests, bodies.length);
  }
}
