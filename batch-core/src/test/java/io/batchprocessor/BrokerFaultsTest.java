package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker fails, wholly or in part, for a while or for good. */
class BrokerFaultsTest extends EngineBench {

  private final FaultyTransport twoSteps = FaultyTransport.inTwoSteps(queues);
  private final FaultyTransport atomic = FaultyTransport.atomic(queues);

  private void enqueue(int count) {
    enqueue(0, count);
  }

  private void enqueue(int from, int to) {
    queues.submit(
        "requests",
        IntStream.range(from, to).mapToObj(i -> Samples.request("r-" + i).toJson()).toList());
  }

  private List<ResultMessage> takeResults(int count) throws InterruptedException {
    List<ResultMessage> results = new ArrayList<>();
    while (results.size() < count) {
      List<Bytes> some = queues.takeResults(count, PATIENCE);
      assertThat(some).as("results after %d", results.size()).isNotEmpty();
      some.forEach(json -> results.add(ResultMessage.parse(json)));
    }
    return results;
  }

  private void assertNoMoreResults() throws InterruptedException {
    assertThat(queues.takeResults(1, Duration.ZERO)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void while_results_can_not_be_stored_nothing_is_taken_or_sent_and_nothing_is_lost(
      boolean inOneStep) throws Exception {
    FaultyTransport broker = inOneStep ? atomic : twoSteps;
    String store = inOneStep ? "settle" : "publish";
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(broker.breaks(store), with -> with.concurrency(2));
    enqueue(0, 1);
    eventually().until(() -> !processor.health().healthy());
    assertThat(processor.health().detail()).contains("connection to the broker lost");

    enqueue(1, 50);
    int calls = broker.calls(store);
    eventually().until(() -> broker.calls(store) >= calls + 2);
    assertThat(gateway.exchanges()).hasSize(1);

    broker.heals(store);
    List<ResultMessage> results = takeResults(50);

    assertThat(results.stream().map(ResultMessage::id).collect(Collectors.toSet())).hasSize(50);
    assertThat(results).allMatch(ResultMessage::isSuccess);
    assertNoMoreResults();
    assertThat(gateway.exchanges()).hasSize(50);
    eventually().until(() -> processor.health().healthy());
    assertThat(recorder.events()).anyMatch(event -> event.startsWith("brokerFailed"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_store_whose_answer_is_lost_leaves_one_result(boolean inOneStep) throws Exception {
    FaultyTransport broker = inOneStep ? atomic : twoSteps;
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(broker.breaksAfterwards(inOneStep ? "settle" : "publish", 2), EngineBench::asItIs);
    enqueue(1);

    assertThat(takeResults(1)).singleElement().matches(ResultMessage::isSuccess);
    eventually().until(() -> queues.backlogs().get(0).leased() == 0);
    assertNoMoreResults();
  }

  @Test
  void a_result_that_is_published_is_not_published_again_when_acknowledging_fails()
      throws Exception {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(twoSteps.breaks("acknowledge", 2), EngineBench::asItIs);
    enqueue(1);

    takeResults(1);
    eventually().until(() -> processor.stats().succeeded() == 1);

    assertThat(twoSteps.calls("publish")).isEqualTo(1);
    assertThat(twoSteps.calls("acknowledge")).isEqualTo(3);
    assertNoMoreResults();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_result_that_is_refused_is_replaced_by_a_small_error(boolean inOneStep) {
    gateway.answering(request -> FakeGateway.answer(200, "{\"large\":true}"));
    AtomicReference<Result> refused = new AtomicReference<>();
    FaultyTransport broker =
        new RefusingTransport(queues, result -> result.message().isSuccess(), refused)
            .as(inOneStep);
    BatchProcessor processor = start(broker, EngineBench::asItIs);

    ResultMessage result = resultOf(queues.submit(Samples.request("r")));

    assertThat(result.errorCode()).contains(ErrorCode.RESULT_REFUSED);
    assertThat(result.error().orElseThrow()).contains("too large for this broker");
    assertThat(result.payload()).isEmpty();
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(processor.health().healthy()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_result_that_is_refused_twice_goes_to_the_dead_letters(boolean inOneStep) {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport broker =
        new RefusingTransport(
                queues, result -> result.message().id().equals("bad"), new AtomicReference<>())
            .as(inOneStep);
    BatchProcessor processor = start(broker, EngineBench::asItIs);
    CompletableFuture<ResultMessage> good = queues.submit(Samples.request("good"));
    enqueue(Samples.request("bad"));
    CompletableFuture<ResultMessage> other = queues.submit(Samples.request("other"));

    assertThat(resultOf(good).isSuccess()).isTrue();
    assertThat(resultOf(other).isSuccess()).isTrue();
    eventually().until(() -> processor.stats().deadLettered() == 1);
    assertThat(queues.takeDeadLetters(10))
        .singleElement()
        .satisfies(letter -> assertThat(letter.reason()).contains("too large for this broker"));
  }

  /** Refuses some results for good. */
  private record RefusingTransport(
      MemoryTransport memory, Predicate<Result> refuses, AtomicReference<Result> refused) {

    FaultyTransport as(boolean inOneStep) {
      FaultyTransport broker =
          inOneStep ? FaultyTransport.atomic(memory) : FaultyTransport.inTwoSteps(memory);
      return broker.refuses(
          results -> {
            for (Result result : results) {
              if (refuses.test(result)) {
                refused.set(result);
                throw new ResultRejectedException(result, "too large for this broker");
              }
            }
          });
    }
  }

  @Test
  void a_stall_that_ends_with_a_refusal_is_over() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport broker =
        new RefusingTransport(
                queues, result -> result.message().isSuccess(), new AtomicReference<>())
            .as(true)
            .breaks("settle", 2);
    BatchProcessor processor = start(broker, EngineBench::asItIs);

    resultOf(queues.submit(Samples.request("first")));

    assertThat(resultOf(queues.submit(Samples.request("next"))).id()).isEqualTo("next");
    assertThat(processor.health().healthy()).isTrue();
  }

  @Test
  void an_adapter_that_answers_null_delays_what_it_was_asked_and_nothing_else() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(atomic.answersNull("settle", 1), EngineBench::asItIs);

    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));

    assertThat(resultOf(submitted).isSuccess()).isTrue();
    assertThat(resultOf(queues.submit(Samples.request("next"))).isSuccess()).isTrue();
  }

  @Test
  void an_error_in_the_settlers_thread_is_survived() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(
        atomic.throwsErrorFrom("settle", () -> new NoClassDefFoundError("half an adapter")),
        EngineBench::asItIs);

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();
  }

  @Test
  void an_error_after_a_call_that_failed_does_not_stop_the_processor_for_good() {
    AtomicInteger calls = new AtomicInteger();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport broker =
        atomic.refuses(
            results -> {
              int call = calls.incrementAndGet();
              if (call == 1) {
                throw new IllegalStateException("connection lost");
              } else if (call == 2) {
                throw new NoClassDefFoundError("half an adapter");
              }
            });
    BatchProcessor processor = start(broker, EngineBench::asItIs);
    assertThat(resultOf(queues.submit(Samples.request("first"))).isSuccess()).isTrue();

    assertThat(resultOf(queues.submit(Samples.request("next"))).isSuccess()).isTrue();

    assertThat(calls).hasValueGreaterThanOrEqualTo(4);
    assertThat(processor.health().healthy()).isTrue();
  }

  @Test
  void a_request_queue_that_fails_for_a_while_is_asked_again() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(twoSteps.breaks("receive", 3), EngineBench::asItIs);

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();

    assertThat(processor.stats().brokerFailures()).isEqualTo(3);
    assertThat(recorder.events()).anyMatch(event -> event.startsWith("brokerFailed:receive from"));
  }

  /** Of the two queues one is asked eleven times at the least; a slow machine asks less often. */
  @Test
  void a_queue_that_does_not_wait_is_not_asked_without_end() {
    FaultyTransport hasty = FaultyTransport.inTwoSteps(queues).hasty();
    start(hasty, EngineBench::asItIs);
    eventually().until(() -> hasty.calls("receive") > 0);
    long begin = System.nanoTime();
    int before = hasty.calls("receive");

    eventually().until(() -> hasty.calls("receive") - before > 21);

    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("how long it takes to ask two queues 22 times")
        .isGreaterThanOrEqualTo(Duration.ofMillis(10 * 50));
  }

  @Test
  void retries_that_can_not_be_scheduled_are_scheduled_later() {
    gateway.answering(request -> FakeGateway.answer(503, "{}"));
    start(twoSteps.breaks("schedule", 2), EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1);
    eventually().until(() -> twoSteps.calls("schedule") >= 2);

    gateway.answering(request -> FakeGateway.answer(200, "{}"));

    assertThat(resultOf(submitted).isSuccess()).isTrue();
  }

  @Test
  void a_dead_letter_queue_that_fails_is_asked_again() {
    BatchProcessor processor = start(twoSteps.breaks("deadLetter", 2), EngineBench::asItIs);
    queues.submit("requests", List.of(Bytes.utf8("[]")));

    eventually().until(() -> processor.stats().deadLettered() == 1);

    assertThat(queues.takeDeadLetters(10)).hasSize(1);
  }

  @Test
  void what_was_decided_is_stored_on_close_though_the_broker_fails_at_first() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(atomic.breaks("settle", 4), EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    eventually().until(() -> atomic.calls("settle") >= 1);

    processor.close(PATIENCE);

    assertThat(submitted).isDone();
    assertThat(processor.stats().settling()).isZero();
  }

  @Test
  void a_broker_that_stays_away_does_not_keep_the_processor_from_closing() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(atomic.breaks("settle"), EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    eventually().until(() -> atomic.calls("settle") >= 1);

    processor.close(Duration.ZERO);

    assertThat(submitted).isNotDone();
    assertThat(queues.backlogs().get(0).leased()).isEqualTo(1);
  }

  @Test
  void a_lease_is_extended_for_as_long_as_the_answer_takes() {
    MemoryTransport brief = opened(MemoryTransport.builder().lease(Duration.ofSeconds(1)).build());
    FaultyTransport broker = FaultyTransport.inTwoSteps(brief);
    start(broker, EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = brief.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    // Who would get it, if its lease ran out.
    start(brief, EngineBench::asItIs);

    // No extension comes before a third of the lease is over: by now it would have run out twice.
    eventually().until(() -> broker.calls("extend") >= 6);
    exchange.answer(200, "{}");

    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    assertThat(gateway.exchanges()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_lease_that_is_lost_in_flight_publishes_nothing_and_aborts_the_exchange(boolean inOneStep)
      throws Exception {
    MemoryTransport brief = opened(MemoryTransport.builder().lease(Duration.ofMillis(200)).build());
    FaultyTransport broker =
        inOneStep ? FaultyTransport.atomic(brief) : FaultyTransport.inTwoSteps(brief);
    BatchProcessor processor = start(broker.breaks("extend"), EngineBench::asItIs);
    brief.submit("requests", List.of(Samples.request("r").toJson()));
    FakeGateway.Exchange first = gateway.awaitExchange(1);
    // Nobody extends; the message is handed out again, here as it happens.
    FakeGateway.Exchange second = gateway.awaitExchange(2);
    gateway.answering(request -> FakeGateway.answer(200, "{\"second\":true}"));
    broker.heals("extend");
    second.answer(200, "{\"second\":true}");
    eventually().until(first::isAborted);

    List<Bytes> results = brief.takeResults(10, PATIENCE);
    assertThat(results).hasSize(1);
    assertThat(results.get(0).toUtf8()).contains("second");
    assertThat(brief.takeResults(1, Duration.ZERO)).isEmpty();
    eventually().until(() -> recorder.eventsOf("r").contains("leaseLost"));
    assertThat(recorder.eventsOf("r")).contains("attempted:ABORTED");
    assertThat(processor.stats().leasesLost()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_lease_that_is_lost_while_the_store_is_down_publishes_nothing(boolean inOneStep)
      throws Exception {
    MemoryTransport brief = opened(MemoryTransport.builder().lease(Duration.ofMillis(200)).build());
    FaultyTransport broker =
        inOneStep ? FaultyTransport.atomic(brief) : FaultyTransport.inTwoSteps(brief);
    String store = inOneStep ? "settle" : "publish";
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(broker.breaks(store).breaks("extend"), EngineBench::asItIs);
    brief.submit("requests", List.of(Samples.request("r").toJson()));
    eventually().until(() -> broker.calls(store) >= 1);

    RequestQueue requests = brief.requestQueues().get(0);
    eventually()
        .until(
            () -> {
              // Another process gets it, and has done with it at once.
              List<Delivery> taken = requests.receive(1, Duration.ofMillis(5));
              return !taken.isEmpty() && requests.acknowledge(taken).isEmpty();
            });
    broker.heals("extend");
    broker.heals(store);

    eventually().until(() -> processor.stats().leasesLost() >= 1);
    eventually().until(() -> processor.stats().settling() == 0);
    assertThat(brief.takeResults(1, Duration.ZERO)).isEmpty();
    assertThat(processor.stats().succeeded()).isZero();
  }

  @Test
  void what_ends_at_admission_is_not_taken_faster_than_it_is_stored() throws Exception {
    int bound = 4_096;
    int most = bound + 8; // What one receive brings beyond it.
    CountDownLatch full = new CountDownLatch(1);
    CountDownLatch tooMany = new CountDownLatch(1);
    AtomicInteger seen = new AtomicInteger();
    BatchProcessor[] processor = new BatchProcessor[1];
    FaultyTransport slow =
        atomic.refuses(
            results -> {
              if (tooMany.getCount() > 0) {
                awaitFor(full, PATIENCE);
                // Long enough for an intake that does not look to take more.
                awaitFor(tooMany, Duration.ofMillis(300));
                tooMany.countDown();
              }
            });
    Instant past = Instant.now().minusSeconds(10);
    queues.submit(
        "requests",
        IntStream.range(0, 6_000)
            .mapToObj(i -> Samples.builder("r-" + i, past).build().toJson())
            .toList());
    processor[0] =
        build(
            slow,
            with ->
                with.concurrency(8)
                    .listener(
                        new BatchListener() {
                          @Override
                          public void received(RequestView request) {
                            int settling = processor[0].stats().settling() + 1;
                            if (seen.accumulateAndGet(settling, Math::max) >= bound) {
                              full.countDown();
                            }
                            if (settling > most) {
                              tooMany.countDown();
                            }
                          }
                        }));
    processor[0].start();

    assertThat(takeResults(6_000)).hasSize(6_000);
    assertThat(seen).hasValueBetween(bound, most);
  }

  private static void awaitFor(CountDownLatch latch, Duration time) {
    try {
      boolean unused = latch.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void a_lease_that_runs_out_while_others_of_its_batch_are_taken_in_publishes_nothing()
      throws Exception {
    ManualTicker ticker = new ManualTicker();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    enqueue(2);
    FaultyTransport broker =
        twoSteps.saysLost(delivery -> delivery.body().toUtf8().contains("r-1"));
    BatchProcessor processor =
        start(
            broker,
            with -> {
              with.ticker = ticker;
              return with.listener(
                  new BatchListener() {
                    @Override
                    public void received(RequestView request) {
                      if (request.message().id().equals("r-0")) {
                        ticker.pass(Duration.ofMinutes(2));
                      }
                    }
                  });
            });

    assertThat(takeResults(1)).singleElement().matches(result -> result.id().equals("r-0"));
    eventually().until(() -> processor.stats().leasesLost() == 1);
    eventually().until(() -> processor.stats().succeeded() == 1);

    assertNoMoreResults();
  }

  @Test
  void one_queue_that_can_not_extend_does_not_cost_another_its_leases() {
    MemoryTransport two =
        opened(MemoryTransport.builder().queues("a", "b").lease(Duration.ofMillis(1_500)).build());
    FaultyTransport broker = FaultyTransport.inTwoSteps(two);
    start(broker.breaks("extend:a"), EngineBench::asItIs);
    two.submit("b", List.of(Samples.request("b").toJson()));
    FakeGateway.Exchange b = gateway.awaitExchange(1);
    two.submit("a", List.of(Samples.request("a").toJson()));

    // No extension comes before a third of the lease is over: by then it would have run out twice.
    eventually().until(() -> broker.calls("extend:b") >= 6 && broker.calls("extend:a") >= 3);

    assertThat(gatewaySaw("b")).isEqualTo(1);
    assertThat(b.isAborted()).isFalse();
  }

  private long gatewaySaw(String id) {
    return gateway.exchanges().stream().filter(exchange -> exchange.id().equals(id)).count();
  }

  @Test
  void a_request_that_is_held_here_is_cancelled_though_the_broker_can_not_be_told() {
    BatchProcessor processor =
        start(FaultyTransport.cancelling(queues).breaks("cancel"), EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);

    assertThatThrownBy(() -> processor.cancel("r"))
        .hasMessageContaining("connection to the broker");

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.CANCELLED);
    eventually().until(exchange::isAborted);
  }

  @Test
  void cancellations_that_can_not_be_looked_up_do_not_hold_up_requests() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(FaultyTransport.cancelling(queues).breaks("cancelled"), EngineBench::asItIs);

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();
  }

  @Test
  void what_was_taken_when_the_intake_failed_goes_back_and_is_taken_again() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport broker = FaultyTransport.cancelling(queues).answersNull("cancelled", 1);
    BatchProcessor processor = start(broker, EngineBench::asItIs);

    ResultMessage result = resultOf(queues.submit(Samples.request("r")));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(processor.stats().released()).isEqualTo(1);
  }

  @Test
  void a_full_result_queue_holds_back_until_results_are_taken() throws Exception {
    MemoryTransport small = opened(MemoryTransport.builder().resultCapacity(3).build());
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(small, with -> with.concurrency(2));
    small.submit(
        "requests",
        IntStream.range(0, 20).mapToObj(i -> Samples.request("r-" + i).toJson()).toList());
    eventually().until(() -> !processor.health().healthy());

    List<String> ids = new ArrayList<>();
    while (ids.size() < 20) {
      small.takeResults(10, PATIENCE).forEach(json -> ids.add(ResultMessage.parse(json).id()));
    }

    assertThat(Set.copyOf(ids)).hasSize(20);
    assertThat(small.takeResults(1, Duration.ZERO)).isEmpty();
  }

  @Test
  void a_retry_for_a_queue_that_is_not_served_here_is_left_to_others() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("mine", "theirs").build());
    FaultyTransport onlyMine = FaultyTransport.inTwoSteps(two).without("theirs");
    BatchProcessor mine = start(onlyMine, EngineBench::asItIs);
    FakeGateway theirGateway = FakeGateway.thatAnswers(503, "{}");
    BatchProcessor theirs =
        start(
            FaultyTransport.inTwoSteps(two).without("mine"),
            with -> with.inferenceClient(theirGateway));
    CompletableFuture<ResultMessage> submitted = two.submit("theirs", Samples.request("r"));
    eventually().until(() -> mine.stats().waitingForRetry() == 0 && theirs.stats().retried() >= 1);

    theirGateway.answering(request -> FakeGateway.answer(200, "{}"));

    assertThat(resultOf(submitted).isSuccess()).isTrue();
    assertThat(gateway.exchanges()).isEmpty();
  }

  @Test
  void a_retry_for_a_queue_that_nobody_serves_any_more_ends_at_its_deadline() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("mine", "theirs").build());
    gateway.answering(request -> FakeGateway.answer(503, "{}"));
    BatchProcessor old =
        start(
            FaultyTransport.inTwoSteps(two),
            with -> with.backoff(context -> Duration.ofMillis(1_500)));
    CompletableFuture<ResultMessage> submitted =
        two.submit("theirs", Samples.request("r", Duration.ofSeconds(3)));
    eventually().until(() -> old.stats().retried() == 1);
    old.close(Duration.ZERO);

    start(FaultyTransport.inTwoSteps(two).without("theirs"), EngineBench::asItIs);

    assertThat(resultOf(submitted).errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
  }
}
