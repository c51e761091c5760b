package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.gate.AdaptiveGate;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.ResponseTooLargeException;
import io.batchprocessor.spi.UnreadableResponseException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How requests end, one test for each way. */
class EndingsTest extends EngineBench {

  private static final String OVERDUE = "{\"id\":\"%s\",\"deadline\":1,\"payload\":{}}";

  private ResultMessage takeResult() throws InterruptedException {
    List<Bytes> results = queues.takeResults(1, PATIENCE);
    assertThat(results).hasSize(1);
    return ResultMessage.parse(results.get(0));
  }

  @Test
  void expired_in_the_queue() throws Exception {
    start(EngineBench::asItIs);
    queues.submit("requests", List.of(Bytes.utf8(OVERDUE.formatted("late"))));

    ResultMessage result = takeResult();

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.error()).contains("deadline exceeded before the first attempt");
    assertThat(result.attempts()).isZero();
    assertThat(gateway.exchanges()).isEmpty();
  }

  @Test
  void expired_in_the_buffer() {
    MovableClock clock = new MovableClock();
    start(with -> with.concurrency(1).clock(clock));
    enqueue(Samples.request("first", Duration.ofDays(2)));
    CompletableFuture<ResultMessage> second = queues.submit(Samples.request("second"));
    gateway.awaitExchange(1);
    eventually().until(() -> recorder.eventsOf("second").contains("received"));

    clock.jump(Duration.ofHours(2));

    ResultMessage result = resultOf(second);
    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.attempts()).isZero();
    assertThat(gateway.exchanges()).hasSize(1);
  }

  @Test
  void expired_while_it_waited_for_another_attempt() {
    MovableClock clock = new MovableClock();
    start(with -> with.clock(clock).backoff(context -> Duration.ofMillis(400)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");
    eventually().until(() -> recorder.eventsOf("r").contains("retryScheduled"));

    clock.jump(Duration.ofHours(2));

    ResultMessage result = resultOf(submitted);
    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.error()).contains("deadline exceeded while waiting for attempt 2");
    assertThat(result.attempts()).isEqualTo(1);
  }

  @Test
  void expired_in_flight() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted =
        queues.submit(Samples.request("r", Duration.ofMillis(1_500)));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.attempts()).isEqualTo(1);
    eventually().until(exchange::isAborted);
    assertTold("r", "received", "dispatched", "attempted:FAILED", "finished:DEADLINE_EXCEEDED");
  }

  @Test
  void no_further_attempt_would_begin_in_time() {
    start(with -> with.backoff(context -> Duration.ofHours(3)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{\"busy\":true}");

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.error().orElseThrow()).contains("attempt 1 failed: the gateway answered 503");
    assertThat(result.statusCode()).hasValue(503);
    assertThat(result.attempts()).isEqualTo(1);
  }

  @Test
  void a_timeout_is_retried() {
    start(with -> with.requestTimeout(Duration.ofMillis(100)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange hanging = gateway.awaitExchange(1);

    gateway.awaitExchange(2).answer(200, "{}");

    assertThat(resultOf(submitted).attempts()).isEqualTo(2);
    assertThat(hanging.isAborted()).isTrue();
  }

  @Test
  void retries_count_attempts_until_one_succeeds() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));

    gateway.awaitExchange(1).answer(429, "{}");
    gateway.awaitExchange(2).fail(new IOException("connection refused"));
    gateway.awaitExchange(3).answer(500, "{}");
    gateway.awaitExchange(4).answer(200, "{}");

    ResultMessage result = resultOf(submitted);
    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(4);
    assertThat(gateway.exchanges())
        .allMatch(exchange -> exchange.id().equals("r"))
        .allMatch(exchange -> exchange.request().body().toUtf8().equals("{\"prompt\":\"r\"}"));
    eventually().until(() -> recorder.eventsOf("r").contains("finished:OK"));
    List<String> events = new ArrayList<>(recorder.eventsOf("r"));
    // Told once it is stored: at that moment it may be back already.
    assertThat(events.removeIf("retryScheduled"::equals)).isTrue();
    assertThat(events)
        .containsExactly(
            "received",
            "dispatched",
            "attempted:SHED",
            "received",
            "dispatched",
            "attempted:FAILED",
            "received",
            "dispatched",
            "attempted:FAILED",
            "received",
            "dispatched",
            "attempted:SUCCEEDED",
            "finished:OK");
    assertThat(recorder.wrongMdc()).isEmpty();
  }

  @Test
  void attempts_run_out() {
    start(with -> with.maxAttempts(2));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(500, "{}");
    gateway.awaitExchange(2).answer(502, "{\"why\":\"down\"}");

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.error())
        .contains("all 2 attempts failed; the last: the gateway answered 502");
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("{\"why\":\"down\"}");
    assertThat(result.attempts()).isEqualTo(2);
  }

  @Test
  void a_final_4xx_carries_the_gateways_body() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(422, "{\"detail\":\"no such model\"}");

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.statusCode()).hasValue(422);
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("{\"detail\":\"no such model\"}");
  }

  @Test
  void an_answer_that_is_too_large_is_final() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).fail(new ResponseTooLargeException(200, 1_000));

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
    assertThat(result.error().orElseThrow()).contains("max-response-bytes=1000");
    assertThat(result.payload()).isEmpty();
    assertThat(result.attempts()).isEqualTo(1);
  }

  @Test
  void an_answer_that_cannot_be_unpacked_is_final_and_opens_no_circuit() {
    AdaptiveGate gate = AdaptiveGate.builder().build();
    start(with -> with.gate(() -> gate));
    List<CompletableFuture<ResultMessage>> submitted =
        IntStream.range(0, 10).mapToObj(i -> queues.submit(Samples.request("r" + i))).toList();
    for (int i = 1; i <= 10; i++) {
      gateway
          .awaitExchange(i)
          .fail(new UnreadableResponseException(200, "br can't be unpacked", new IOException()));
    }

    for (ResultMessage result : resultsOf(submitted)) {
      assertThat(result.errorCode()).contains(ErrorCode.INFERENCE_ERROR);
      assertThat(result.statusCode()).hasValue(200);
      assertThat(result.error().orElseThrow()).contains("br can't be unpacked");
      assertThat(result.attempts()).isEqualTo(1);
    }
    assertThat(gateway.exchanges()).hasSize(10);
    assertThat(gate.measurements()).containsEntry("circuit_open", 0.0);
  }

  @Test
  void retry_after_wins_over_backoff() {
    start(with -> with.backoff(context -> Duration.ofHours(3)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));

    gateway.awaitExchange(1).answer(429, "{}", Map.of("retry-after", "0"));
    gateway.awaitExchange(2).answer(200, "{}");

    assertThat(resultOf(submitted).attempts()).isEqualTo(2);
  }

  @Test
  void cancelled_in_the_queue() {
    BatchProcessor processor = start(with -> with.concurrency(1).setting("buffer", "1"));
    enqueue(Samples.request("a"));
    enqueue(Samples.request("b"));
    gateway.awaitExchange(1);
    eventually().until(() -> processor.stats().buffered() == 1);
    CompletableFuture<ResultMessage> queued = queues.submit(Samples.request("queued"));

    assertThat(processor.cancel("queued")).isTrue();
    gateway.exchanges().get(0).answer(200, "{}");
    gateway.awaitExchange(2).answer(200, "{}");

    assertThat(resultOf(queued).errorCode()).contains(ErrorCode.CANCELLED);
    assertThat(resultOf(queued).attempts()).isZero();
    assertThat(gateway.exchanges()).hasSize(2);
  }

  @Test
  void cancelled_in_the_buffer() {
    BatchProcessor processor = start(with -> with.concurrency(1));
    enqueue(Samples.request("first"));
    CompletableFuture<ResultMessage> buffered = queues.submit(Samples.request("buffered"));
    gateway.awaitExchange(1);
    eventually().until(() -> processor.stats().buffered() == 1);

    processor.cancel("buffered");

    assertThat(resultOf(buffered).errorCode()).contains(ErrorCode.CANCELLED);
    assertThat(resultOf(buffered).attempts()).isZero();
  }

  @Test
  void cancelled_while_it_waited_for_another_attempt() {
    BatchProcessor processor = start(with -> with.backoff(context -> Duration.ofMillis(300)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(503, "{}");
    eventually().until(() -> recorder.eventsOf("r").contains("retryScheduled"));

    processor.cancel("r");

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.CANCELLED);
    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    assertThat(gateway.exchanges()).hasSize(1);
  }

  @Test
  void cancelled_in_flight() {
    BatchProcessor processor = start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);

    processor.cancel("r");

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.CANCELLED);
    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    eventually().until(exchange::isAborted);
    assertTold("r", "received", "dispatched", "attempted:ABORTED", "finished:CANCELLED");
    eventually().until(() -> processor.stats().inFlight() == 0);
  }

  @Test
  void what_takes_the_place_of_a_cancelled_request_is_not_sent_by_who_cancels() {
    Set<String> senders = ConcurrentHashMap.newKeySet();
    gateway.answering(
        request -> {
          senders.add(Thread.currentThread().getName());
          return new CompletableFuture<>();
        });
    BatchProcessor processor = start(with -> with.concurrency(1));
    enqueue(Samples.request("r-1"), Samples.request("r-2"), Samples.request("r-3"));
    for (int i = 1; i <= 2; i++) {
      String inFlight = gateway.awaitExchange(i).id();
      eventually().until(() -> processor.stats().buffered() == 1);
      processor.cancel(inFlight);
    }
    gateway.awaitExchange(3);

    assertThat(senders).containsExactly("batch-dispatcher");
  }

  @Test
  void cancelled_by_another_process_while_in_flight_here() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1);

    queues.cancel("r");

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.CANCELLED);
  }

  @Test
  void a_message_that_is_invalid_but_has_an_id_is_answered() throws Exception {
    start(EngineBench::asItIs);
    queues.submit("requests", List.of(Bytes.utf8("{\"id\":\"bad\",\"payload\":{}}")));

    ResultMessage result = takeResult();

    assertThat(result.id()).isEqualTo("bad");
    assertThat(result.errorCode()).contains(ErrorCode.INVALID_REQUEST);
    assertThat(result.error().orElseThrow()).contains("deadline");
    assertThat(result.attempts()).isZero();
  }

  @Test
  void a_message_without_an_id_goes_to_the_dead_letters() {
    BatchProcessor processor = start(EngineBench::asItIs);
    queues.submit("requests", List.of(Bytes.utf8("not even json")));

    eventually().until(() -> processor.stats().deadLettered() == 1);

    assertThat(queues.takeDeadLetters(10))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.delivery().body().toUtf8()).isEqualTo("not even json");
              assertThat(letter.reason()).isNotBlank();
            });
    eventually().until(() -> recorder.events().contains("deadLettered"));
  }

  @Test
  void what_kills_its_process_again_and_again_is_abandoned() throws Exception {
    MemoryTransport fragile =
        opened(MemoryTransport.builder().lease(Duration.ofMillis(20)).build());
    CompletableFuture<ResultMessage> submitted = fragile.submit(Samples.request("killer"));
    for (int process = 0; process < 3; process++) {
      List<Delivery> taken = fragile.requestQueues().get(0).receive(1, PATIENCE);
      assertThat(taken).singleElement().matches(delivery -> delivery.deliveryCount() > 0);
    }
    start(fragile, with -> with.setting("max-deliveries", "3"));

    ResultMessage result = resultOf(submitted);

    assertThat(result.errorCode()).contains(ErrorCode.ABANDONED);
    assertThat(result.error().orElseThrow()).contains("max-deliveries=3");
    assertThat(result.attempts()).isZero();
    assertThat(gateway.exchanges()).isEmpty();
  }

  @Test
  void a_clock_that_jumps_back_ends_nothing_early_and_keeps_the_timeout() {
    MovableClock clock = new MovableClock();
    start(with -> with.clock(clock).requestTimeout(Duration.ofMillis(200)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange first = gateway.awaitExchange(1);
    clock.jump(Duration.ofDays(-1));

    gateway.awaitExchange(2).answer(200, "{}");

    assertThat(first.isAborted()).isTrue();
    assertThat(resultOf(submitted).attempts()).isEqualTo(2);
  }

  @Test
  void a_clock_that_jumps_ahead_leaves_an_answer_that_came_an_answer() {
    MovableClock clock = new MovableClock();
    start(with -> with.clock(clock));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);

    clock.jump(Duration.ofDays(1));
    exchange.answer(200, "{}");

    assertThat(resultOf(submitted).isSuccess()).isTrue();
    ResultMessage late =
        resultOf(queues.submit(Samples.builder("late", Instant.now().plusSeconds(60)).build()));
    assertThat(late.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void metadata_comes_back_with_every_kind_of_end() {
    BatchProcessor processor = start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted =
        queues.submit(
            Samples.builder("r", Instant.now().plusSeconds(600)).metadata("team", "a").build());
    gateway.awaitExchange(1);
    processor.cancel("r");

    assertThat(resultOf(submitted).metadata()).containsEntry("team", "a");
  }
}
