package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.PATIENCE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static io.batchprocessor.memory.Samples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryResultQueueTest {

  private final MemoryTransport transport = MemoryTransport.builder().resultCapacity(3).build();
  private final RequestQueue requests = transport.requestQueues().get(0);

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void rule_401_what_is_published_can_be_taken_in_that_order() throws Exception {
    List<Delivery> held = held("1", "2");

    transport.resultQueue().publish(List.of(result(held.get(0), "x"), result(held.get(1), "y")));

    assertThat(taken()).extracting(ResultMessage::id).containsExactly("x", "y");
    assertThat(requests.extend(held)).isEmpty();
  }

  @Test
  void rule_402_a_batch_that_was_refused_in_part_is_stored_once_when_repeated() throws Exception {
    List<Delivery> held = held("1", "2", "3", "4");
    List<Result> batch =
        List.of(
            result(held.get(0), "1"),
            result(held.get(1), "2"),
            result(held.get(2), "3"),
            result(held.get(3), "4"));

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.resultQueue().publish(batch))
        .withMessage(
            "result queue is full (results=3/3), 1 results are not stored: take results with"
                + " takeResults, or raise memory.result-capacity");
    assertThat(transport.takeResults(1, Duration.ZERO)).hasSize(1);
    transport.resultQueue().publish(batch);

    assertThat(taken()).extracting(ResultMessage::id).containsExactly("2", "3", "4");
  }

  @Test
  void rule_403_what_is_stored_is_the_result_as_json_byte_for_byte() throws Exception {
    Result result = result(held("1").get(0), "x");

    transport.resultQueue().publish(List.of(result));

    assertThat(transport.takeResults(1, Duration.ZERO)).containsExactly(result.message().toJson());
  }

  @Test
  void rule_405_publish_refuses_after_close() throws Exception {
    Result result = result(held("1").get(0), "x");

    transport.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> transport.resultQueue().publish(List.of(result)));
  }

  @Test
  void rule_406_null_is_refused() {
    assertThatNullPointerException().isThrownBy(() -> transport.resultQueue().publish(null));
  }

  @Test
  void a_result_that_a_future_waits_for_goes_there_and_nowhere_else() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));
    Delivery held = receiveOne(requests);

    transport.resultQueue().publish(List.of(result(held, "x")));

    assertThat(future).isCompletedWithValueMatching(ResultMessage::isSuccess);
    assertThat(transport.takeResults(1, Duration.ZERO)).isEmpty();
    assertThat(requests.acknowledge(List.of(held))).isEmpty();
    assertThat(future.join().id()).isEqualTo("x");
  }

  @Test
  void a_future_gets_its_result_though_the_result_queue_is_full() throws Exception {
    List<Delivery> held = held("1", "2", "3", "4");
    transport
        .resultQueue()
        .publish(held.subList(0, 3).stream().map(delivery -> result(delivery, "x")).toList());
    CompletableFuture<ResultMessage> future = transport.submit(request("awaited"));
    Result refused = result(held.get(3), "refused");
    Result awaited = result(receiveOne(requests), "awaited");

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> transport.resultQueue().publish(List.of(refused, awaited)));

    assertThat(future).isCompleted();
  }

  @Test
  void a_future_whose_request_is_acknowledged_without_a_result_fails() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));

    requests.acknowledge(receive(requests, 1));

    assertThat(future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("request 'x' has no result: it was acknowledged without one");
  }

  @Test
  void a_result_for_a_delivery_of_another_transport_is_stored() throws Exception {
    Delivery foreign = Delivery.builder("elsewhere", Bytes.EMPTY).build();

    transport.resultQueue().publish(List.of(result(foreign, "x")));

    assertThat(taken()).extracting(ResultMessage::id).containsExactly("x");
  }

  @Test
  void the_code_of_a_future_runs_outside_the_lock() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit(request("x"));
    Delivery held = receiveOne(requests);
    // Another thread gets hold of the transport while the callback waits for it.
    CompletableFuture<Integer> waiting =
        future.thenApply(
            result -> CompletableFuture.supplyAsync(() -> transport.backlogs().size()).join());

    transport.settle(List.of(result(held, "x")));

    assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void waiting_takers_each_get_a_result() throws Exception {
    List<Delivery> held = held("1", "2");
    Background<List<Bytes>> one = Background.waiting(() -> transport.takeResults(1, PATIENCE));
    Background<List<Bytes>> other = Background.waiting(() -> transport.takeResults(1, PATIENCE));

    transport.resultQueue().publish(List.of(result(held.get(0), "x"), result(held.get(1), "y")));

    assertThat(
            List.of(
                ResultMessage.parse(one.result().get(0)).id(),
                ResultMessage.parse(other.result().get(0)).id()))
        .containsExactlyInAnyOrder("x", "y");
  }

  private List<Delivery> held(String... bodies) throws InterruptedException {
    transport.submit("requests", bodies(bodies));
    return receive(requests, bodies.length);
  }

  private List<ResultMessage> taken() throws InterruptedException {
    return transport.takeResults(100, Duration.ZERO).stream().map(ResultMessage::parse).toList();
  }
}
