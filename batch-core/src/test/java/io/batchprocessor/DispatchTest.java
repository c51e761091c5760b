package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.gate.AdaptiveGate;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DispatchTest extends EngineBench {

  private List<CompletableFuture<ResultMessage>> submit(
      MemoryTransport transport, String queue, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> transport.submit(queue, Samples.request(queue + "-" + i)))
        .toList();
  }

  private static void enqueue(MemoryTransport transport, String queue, int count) {
    transport.submit(
        queue,
        IntStream.range(0, count)
            .mapToObj(i -> Samples.request(queue + "-" + i).toJson())
            .toList());
  }

  @Test
  void what_follows_a_full_gate_is_taken_from_the_broker_before_a_permit_comes_back() {
    AdaptiveGate gate = AdaptiveGate.builder().build();
    start(with -> with.gate(() -> gate).setting("buffer", "1"));
    submit(queues, "requests", 4);
    gateway.awaitExchange(2);

    eventually().until(() -> recorder.eventsOf("requests-2").contains("received"));

    assertThat(gateway.exchanges()).hasSize(2);
    assertThat(gate.budget()).isPositive();
  }

  @Test
  void an_answer_becomes_a_result() {
    start(EngineBench::asItIs);
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));

    gateway.awaitExchange(1).answer(200, "{\"answer\": 42}");

    ResultMessage result = resultOf(submitted);
    assertThat(result.isSuccess()).isTrue();
    assertThat(result.payload().orElseThrow().toUtf8()).isEqualTo("{\"answer\": 42}");
    assertThat(result.statusCode()).hasValue(200);
    assertThat(result.attempts()).isEqualTo(1);
  }

  @Test
  void no_more_than_concurrency_are_in_flight() {
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    gateway.answering(
        request -> {
          most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
          return answerLater(inFlight::decrementAndGet);
        });
    start(with -> with.concurrency(7));

    resultsOf(submit(queues, "requests", 3_000));

    assertThat(most.get()).isLessThanOrEqualTo(7).isGreaterThan(1);
  }

  private static CompletableFuture<InferenceResponse> answerLater(Runnable before) {
    CompletableFuture<InferenceResponse> future = new CompletableFuture<>();
    ForkJoinPool.commonPool()
        .execute(
            () -> {
              before.run();
              future.complete(FakeGateway.response(200, "{}"));
            });
    return future;
  }

  @Test
  void each_pool_keeps_its_own_concurrency() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("small", "large").build());
    start(
        two,
        with ->
            with.pool(PoolConfig.of("small", 2))
                .pool(PoolConfig.of("large", 5))
                .queue(QueueConfig.of("small").withPool("small"))
                .queue(QueueConfig.of("large").withPool("large")));

    enqueue(two, "small", 20);
    enqueue(two, "large", 20);

    gateway.awaitExchange(7);
    eventually().until(() -> two.backlogs().get(0).waiting() < 20);
    Map<Boolean, Long> small = inFlightBySmall();
    assertThat(small).containsEntry(true, 2L).containsEntry(false, 5L);
    gateway.exchanges().get(0).answer(200, "{}");
    gateway.awaitExchange(8);
    assertThat(inFlightBySmall()).containsEntry(true, 2L).containsEntry(false, 5L);
  }

  private Map<Boolean, Long> inFlightBySmall() {
    Map<Boolean, Long> counts = new ConcurrentHashMap<>();
    gateway.exchanges().stream()
        .filter(exchange -> !exchange.future().isDone())
        .forEach(exchange -> counts.merge(exchange.id().startsWith("small"), 1L, Long::sum));
    return counts;
  }

  @Test
  void a_pool_that_hangs_does_not_hold_up_another_nor_its_retries() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("stuck", "quick").build());
    Map<String, Integer> attempts = new ConcurrentHashMap<>();
    gateway.answering(
        request -> {
          String id = request.headers().get("Idempotency-Key");
          if (id.startsWith("stuck") && attempts.merge(id, 1, Integer::sum) > 1) {
            return new CompletableFuture<>();
          }
          return id.startsWith("stuck") || attempts.merge(id, 1, Integer::sum) == 1
              ? FakeGateway.answer(503, "{}")
              : FakeGateway.answer(200, "{}");
        });
    start(
        two,
        with ->
            with.pool(PoolConfig.of("stuck", 2))
                .queue(QueueConfig.of("stuck").withPool("stuck"))
                .concurrency(2));

    enqueue(two, "stuck", 50);
    List<ResultMessage> results = resultsOf(submit(two, "quick", 200));

    assertThat(results).allMatch(ResultMessage::isSuccess).allMatch(r -> r.attempts() == 2);
  }

  @Test
  void no_more_is_taken_from_the_broker_than_there_is_room_for() {
    BatchProcessor processor = start(with -> with.concurrency(3).setting("buffer", "4"));
    enqueue(queues, "requests", 100);
    gateway.awaitExchange(3);

    // More is asked for once half of the buffer is empty: it comes to rest above that.
    eventually().until(() -> processor.stats().buffered() >= 3);

    assertThat(processor.stats().buffered()).isLessThanOrEqualTo(4);
    assertThat(queues.backlogs().get(0).leased()).isBetween(6L, 7L);
    assertThat(queues.backlogs().get(0).waiting()).isBetween(93L, 94L);
  }

  /** Says what the test says. */
  private static final class Ruling implements DispatchGate {

    private final AtomicInteger given = new AtomicInteger();
    private final AtomicInteger returned = new AtomicInteger();
    private volatile double budget = 1;
    private volatile Verdict verdict;
    private volatile boolean closed;

    @Override
    public String name() {
      return "ruling";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      Verdict ruled = verdict;
      if (ruled != null) {
        return ruled;
      }
      given.incrementAndGet();
      AtomicInteger times = new AtomicInteger();
      Permit permit =
          outcome -> {
            assertThat(times.incrementAndGet()).isEqualTo(1);
            returned.incrementAndGet();
          };
      return new Verdict.Go(permit);
    }

    @Override
    public double budget() {
      return budget;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void a_closed_gate_takes_nothing_from_the_broker_until_it_opens() {
    Ruling gate = new Ruling();
    gate.budget = 0;
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start(with -> with.gate(() -> gate));
    List<CompletableFuture<ResultMessage>> submitted = submit(queues, "requests", 10);

    Ruling otherGate = new Ruling();
    MemoryTransport other = opened(MemoryTransport.builder().build());
    start(other, with -> with.gate(() -> otherGate));
    resultsOf(submit(other, "requests", 10));
    assertThat(processor.stats().received()).isZero();
    assertThat(queues.backlogs().get(0).waiting()).isEqualTo(10);

    gate.budget = 0.5;
    resultsOf(submitted);
    processor.close();
    assertThat(gate.closed).isTrue();
    assertThat(gate.returned).hasValue(10);
  }

  @Test
  void what_has_to_wait_goes_when_a_permit_comes_back() {
    Ruling gate = new Ruling();
    start(with -> with.gate(() -> gate).concurrency(2));
    enqueue(queues, "requests", 1);
    FakeGateway.Exchange first = gateway.awaitExchange(1);
    gate.verdict = new Verdict.Wait(Duration.ofHours(1));
    CompletableFuture<ResultMessage> second = queues.submit(Samples.request("second"));
    eventually().until(() -> recorder.eventsOf("second").contains("received"));

    gate.verdict = null;
    first.answer(200, "{}");

    gateway.awaitExchange(2).answer(200, "{}");
    assertThat(resultOf(second).isSuccess()).isTrue();
  }

  @Test
  void what_has_to_wait_goes_when_its_time_is_over_and_ends_at_its_deadline() {
    Ruling gate = new Ruling();
    gate.verdict = new Verdict.Wait(Duration.ofMillis(20));
    start(with -> with.gate(() -> gate));
    CompletableFuture<ResultMessage> soon =
        queues.submit(Samples.request("soon", Duration.ofSeconds(2)));
    CompletableFuture<ResultMessage> later = queues.submit(Samples.request("later"));

    assertThat(resultOf(soon).errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(resultOf(soon).attempts()).isZero();
    assertThat(gateway.exchanges()).isEmpty();
    gate.verdict = null;
    gateway.awaitExchange(1).answer(200, "{}");
    assertThat(resultOf(later).isSuccess()).isTrue();
  }

  @Test
  void a_verdict_of_enormous_length_is_survived() {
    Ruling gate = new Ruling();
    gate.verdict = new Verdict.Wait(Duration.ofSeconds(Long.MAX_VALUE));
    BatchProcessor processor = start(with -> with.gate(() -> gate));
    CompletableFuture<ResultMessage> waits = queues.submit(Samples.request("waits"));
    eventually().until(() -> processor.stats().buffered() == 1);
    gate.verdict = null;
    assertThat(processor.cancel("waits")).isTrue();
    assertThat(resultOf(waits).errorCode()).contains(ErrorCode.CANCELLED);

    gate.verdict = new Verdict.Release(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(resultOf(queues.submit(Samples.request("released", Duration.ofSeconds(1)))))
        .satisfies(result -> assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED));
  }

  @Test
  void a_request_that_is_released_for_longer_than_it_has_ends_at_its_deadline() {
    Ruling gate = new Ruling();
    gate.verdict = new Verdict.Release(Duration.ofHours(1));
    start(with -> with.gate(() -> gate));

    ResultMessage result = resultOf(queues.submit(Samples.request("r", Duration.ofSeconds(2))));

    assertThat(result.errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result.attempts()).isZero();
    assertThat(gateway.exchanges()).isEmpty();
  }

  @Test
  void a_gate_may_hand_a_request_back_without_an_attempt() {
    Ruling gate = new Ruling();
    gate.verdict = new Verdict.Release(Duration.ofMillis(50));
    BatchProcessor processor = start(with -> with.gate(() -> gate));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    eventually().until(() -> recorder.eventsOf("r").size() >= 4);
    assertThat(recorder.eventsOf("r").subList(0, 4))
        .containsExactly("received", "released", "received", "released");

    gate.verdict = new Verdict.Release(Duration.ZERO);
    eventually().until(() -> processor.stats().received() >= 5);
    gate.verdict = null;
    gateway.awaitExchange(1).answer(200, "{}");

    assertThat(resultOf(submitted).attempts()).isEqualTo(1);
    assertThat(processor.stats().waitingForRetry()).isZero();
    assertThat(processor.stats().retried()).isZero();
  }

  @Test
  void a_gate_may_drop_a_request() {
    Ruling gate = new Ruling();
    gate.verdict = new Verdict.Drop("quota of team A is used up");
    start(with -> with.gate(() -> gate));

    ResultMessage result = resultOf(queues.submit(Samples.request("r")));

    assertThat(result.errorCode()).contains(ErrorCode.GATE_DROPPED);
    assertThat(result.error()).contains("quota of team A is used up");
    assertThat(result.attempts()).isZero();
  }

  @Test
  void every_permit_comes_back_once_whatever_happens() {
    long seed = System.nanoTime();
    System.out.println("every_permit_comes_back_once_whatever_happens: seed " + seed);
    Random random = new Random(seed);
    Ruling gate = new Ruling();
    gateway.answering(
        request -> {
          return switch (random.nextInt(8)) {
            case 0 -> throw new IllegalStateException("client is broken");
            case 1 -> throw new NoClassDefFoundError("client is half there");
            case 2 -> null;
            case 3 -> CompletableFuture.failedFuture(new IOException("reset"));
            case 4 -> FakeGateway.answer(429, "{}");
            case 5 -> new CompletableFuture<>();
            default -> answerLater(() -> {});
          };
        });
    BatchProcessor processor =
        start(with -> with.gate(() -> gate).concurrency(16).requestTimeout(Duration.ofMillis(60)));
    List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      submitted.add(queues.submit(Samples.request("r-" + i)));
    }
    for (int i = 0; i < 300; i += 10) {
      processor.cancel("r-" + i);
    }
    resultsOf(submitted);
    enqueue(Samples.request("last"));
    processor.close();

    assertThat(gate.returned).hasValue(gate.given.get());
    assertThat(processor.stats().inFlight()).isZero();
    assertThat(processor.stats().userCodeFailures()).isZero();
  }

  @Test
  void queue_settings_decide_where_a_request_goes() {
    MemoryTransport two = opened(MemoryTransport.builder().queues("a", "b").build());
    start(
        two,
        with ->
            with.inferenceObjective("batch")
                .queue(
                    QueueConfig.of("a")
                        .withEndpoint(URI.create("http://other.test/v1/chat"))
                        .withObjective("cheap"))
                .queue(QueueConfig.of("b").withPath("/v1/embeddings")));

    two.submit("a", List.of(Samples.request("ra").toJson()));
    assertThat(gateway.awaitExchange(1).request().uri())
        .isEqualTo(URI.create("http://other.test/v1/chat"));
    assertThat(gateway.awaitExchange(1).request().headers())
        .containsEntry("x-gateway-inference-objective", "cheap");
    two.submit("b", List.of(Samples.request("rb").toJson()));
    assertThat(gateway.awaitExchange(2).request().uri())
        .isEqualTo(URI.create("http://gateway.test:8000/v1/embeddings"));
    assertThat(gateway.awaitExchange(2).request().headers())
        .containsEntry("x-gateway-inference-objective", "batch");
  }
}
