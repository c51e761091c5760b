package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.LEASE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.request;
import static io.batchprocessor.memory.Samples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemorySettlementTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport transport =
      MemoryTransport.builder()
          .queues("a", "b")
          .lease(LEASE)
          .ticker(ticker)
          .resultCapacity(3)
          .build();
  private final RequestQueue requests = transport.requestQueues().get(0);

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void rule_611_a_settled_request_has_its_result_and_is_gone() throws Exception {
    Delivery held = held("1").get(0);

    assertThat(transport.settle(List.of(result(held, "x")))).isEmpty();

    assertThat(takenIds()).containsExactly("x");
    assertThat(requests.acknowledge(List.of(held))).containsExactly(held);
    ticker.advance(LEASE);
    assertThat(receive(requests, 1)).isEmpty();
  }

  @Test
  void rule_611_a_refused_result_leaves_its_request_held() throws Exception {
    List<Delivery> held = held("1", "2", "3", "4");
    List<Result> batch = held.stream().map(delivery -> result(delivery, text(delivery))).toList();

    assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> transport.settle(batch));

    assertThat(takenIds()).containsExactly("1", "2", "3");
    assertThat(requests.extend(held)).containsExactlyElementsOf(held.subList(0, 3));
  }

  @Test
  void rule_612_the_lost_are_returned_and_their_results_not_stored() throws Exception {
    List<Delivery> stale = held("1", "2");
    ticker.advance(LEASE);
    List<Delivery> current = receive(requests, 1);

    assertThat(transport.settle(List.of(result(stale.get(0), "x"), result(stale.get(1), "y"))))
        .containsExactlyElementsOf(stale);

    assertThat(takenIds()).isEmpty();
    assertThat(transport.settle(List.of(result(current.get(0), "x")))).isEmpty();
    assertThat(takenIds()).containsExactly("x");
  }

  @Test
  void rule_612_a_lost_request_does_not_answer_its_future() throws Exception {
    CompletableFuture<ResultMessage> future = transport.submit("a", request("x"));
    Delivery stale = receiveOne(requests);
    ticker.advance(LEASE);

    assertThat(transport.settle(List.of(result(stale, "x")))).containsExactly(stale);

    assertThat(future).isNotDone();
  }

  @Test
  void rule_613_what_was_settled_before_a_failure_comes_back_as_lost() throws Exception {
    List<Delivery> held = held("1", "2", "3", "4");
    List<Result> batch = held.stream().map(delivery -> result(delivery, text(delivery))).toList();
    assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> transport.settle(batch));
    assertThat(takenIds()).containsExactly("1", "2", "3");

    assertThat(transport.settle(batch)).containsExactlyElementsOf(held.subList(0, 3));

    assertThat(takenIds()).containsExactly("4");
  }

  @Test
  void rule_614_deliveries_of_all_queues_can_be_mixed() throws Exception {
    Delivery retried = held("retried").get(0);
    transport.retryQueue().schedule(List.of(new Retry(retried, Duration.ZERO, 2)));
    transport.submit("b", bodies("of b"));
    List<Result> batch =
        List.of(
            result(held("of a").get(0), "of a"),
            result(receiveOne(transport.requestQueues().get(1)), "of b"),
            result(receiveOne(transport.retryQueue()), "retried"));

    assertThat(transport.settle(batch)).isEmpty();

    assertThat(takenIds()).containsExactly("of a", "of b", "retried");
    assertThat(transport.backlogs())
        .allMatch(backlog -> backlog.waiting() == 0 && backlog.leased() == 0);
  }

  @Test
  void a_result_published_before_is_not_stored_again() throws Exception {
    Delivery held = held("1").get(0);
    transport.resultQueue().publish(List.of(result(held, "x")));

    assertThat(transport.settle(List.of(result(held, "x")))).isEmpty();

    assertThat(takenIds()).containsExactly("x");
  }

  @Test
  void one_delivery_twice_in_a_batch_has_one_result() throws Exception {
    Delivery held = held("1").get(0);

    assertThat(transport.settle(List.of(result(held, "x"), result(held, "y"))))
        .containsExactly(held);

    assertThat(takenIds()).containsExactly("x");
  }

  @Test
  void settle_refuses_null_foreign_deliveries_and_a_closed_transport() throws Exception {
    Result own = result(held("1").get(0), "x");
    Result foreign = result(Delivery.builder("a", Bytes.EMPTY).build(), "y");
    assertThatNullPointerException().isThrownBy(() -> transport.settle(null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transport.settle(List.of(own, foreign)))
        .withMessageContaining("was not handed out by this transport");
    assertThat(takenIds()).isEmpty();

    transport.close();

    assertThatIllegalStateException().isThrownBy(() -> transport.settle(List.of(own)));
  }

  private List<Delivery> held(String... bodies) throws InterruptedException {
    transport.submit("a", bodies(bodies));
    return receive(requests, bodies.length);
  }

  private static String text(Delivery delivery) {
    return delivery.body().toUtf8();
  }

  private List<String> takenIds() throws InterruptedException {
    return transport.takeResults(100, Duration.ZERO).stream()
        .map(json -> ResultMessage.parse(json).id())
        .toList();
  }
}
