package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.gate.CompositeGate;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gates between the queues and a gateway, over real connections, as a configuration has them. */
class GatesIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final MemoryTransport queues = opened(MemoryTransport.builder().queues("a", "b").build());
  private volatile String metrics = "waiting 0\n";
  private final AtomicInteger scrapes = new AtomicInteger();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  /** A gateway that also has a metrics page. */
  private SocketGateway gateway(SocketGateway.Behaviour behaviour) throws IOException {
    return opened(
        new SocketGateway(
            call -> {
              if (call.requestLine().startsWith("GET")) {
                scrapes.incrementAndGet();
                call.answer(200, metrics);
              } else {
                asked.add(call.id());
                behaviour.serve(call);
              }
            }));
  }

  private SocketGateway gateway() throws IOException {
    return gateway(call -> call.answer(200, "{}"));
  }

  private BatchProcessor start(SocketGateway gateway, UnaryOperator<BatchProcessorBuilder> with) {
    BatchProcessor processor =
        opened(
            with.apply(
                    BatchProcessor.builder()
                        .transport(queues)
                        .endpoint(gateway.endpoint())
                        .setting("drain-timeout", "0ms")
                        .backoff(context -> Duration.ofMillis(10)))
                .build());
    processor.start();
    return processor;
  }

  private Map<String, Object> scrape(SocketGateway gateway) {
    return Map.of(
        "type", "scrape",
        "url", "http://127.0.0.1:" + gateway.port() + "/metrics",
        "metric", "waiting",
        "per-pod", 10,
        "every", "10ms");
  }

  private List<CompletableFuture<ResultMessage>> submit(String queue, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> queues.submit(queue, Samples.request(queue + "-" + i)))
        .toList();
  }

  private static List<ResultMessage> results(List<CompletableFuture<ResultMessage>> submitted) {
    return submitted.stream().map(GatesIT::result).toList();
  }

  private static ResultMessage result(CompletableFuture<ResultMessage> submitted) {
    assertThat(submitted).succeedsWithin(PATIENCE);
    return submitted.join();
  }

  private static ConditionFactory eventually() {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5));
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    eventually()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("batch-")));
  }

  @Test
  void a_closed_gate_leaves_messages_in_the_broker_until_it_opens() throws Exception {
    metrics = "waiting 10\n";
    SocketGateway gateway = gateway();
    BatchProcessor processor =
        start(gateway, with -> with.configure(Map.of("gate", scrape(gateway))));
    List<CompletableFuture<ResultMessage>> submitted = submit("a", 20);
    eventually().until(() -> scrapes.get() >= 5);

    assertThat(processor.stats().received()).isZero();
    assertThat(queues.backlogs().get(0).waiting()).isEqualTo(20);
    assertThat(asked).isEmpty();

    metrics = "waiting 4\n";
    assertThat(results(submitted)).allMatch(ResultMessage::isSuccess);

    metrics = "waiting 11\n";
    int before = scrapes.get();
    eventually().until(() -> scrapes.get() >= before + 2);
    // What a receive that was under way may still bring is bounded by the buffer.
    submit("a", 40);
    eventually().until(() -> scrapes.get() >= before + 10);
    assertThat(asked).hasSize(20);
    assertThat(queues.backlogs().get(0).waiting()).isGreaterThanOrEqualTo(40 - 8);
  }

  @Test
  void metrics_that_are_gone_mean_the_fallback() throws Exception {
    metrics = "";
    SocketGateway gateway = gateway();
    start(
        gateway,
        with ->
            with.configure(
                Map.of(
                    "gate",
                    Map.of(
                        "type",
                        "scrape",
                        "url",
                        "http://127.0.0.1:1/metrics",
                        "metric",
                        "x",
                        "fallback",
                        0.5))));

    assertThat(results(submit("a", 20))).allMatch(ResultMessage::isSuccess);
  }

  @Test
  void a_queues_gate_closes_its_own_queue_only() throws Exception {
    SocketGateway gateway = gateway();
    BatchProcessor processor =
        start(
            gateway,
            with ->
                with.configure(
                    Map.of(
                        "queues",
                        List.of(
                            Map.of("name", "a", "gate", Map.of("type", "constant", "budget", 0)),
                            Map.of("name", "b")))));
    submit("a", 20);

    assertThat(results(submit("b", 200))).allMatch(ResultMessage::isSuccess);

    assertThat(processor.stats().received()).isEqualTo(200);
    assertThat(queues.backlogs().get(0).waiting()).isEqualTo(20);
    assertThat(asked).allMatch(id -> id.startsWith("b-"));
  }

  @Test
  void a_queue_at_its_limit_does_not_hold_up_another_nor_its_retries() throws Exception {
    AtomicInteger times = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SocketGateway gateway =
        gateway(
            call -> {
              if (call.id().startsWith("a-")) {
                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                over.await();
                inFlight.decrementAndGet();
                call.answer(200, "{}");
              } else {
                call.answer(times.incrementAndGet() % 3 == 0 ? 503 : 200, "{}");
              }
            });
    start(
        gateway,
        with ->
            with.configure(
                Map.of(
                    "concurrency",
                    4,
                    "queues",
                    List.of(
                        Map.of("name", "a", "gate", Map.of("type", "max-concurrency", "limit", 2)),
                        Map.of("name", "b")))));
    List<CompletableFuture<ResultMessage>> slow = submit("a", 12);
    eventually().until(() -> inFlight.get() == 2);

    assertThat(results(submit("b", 100)))
        .allMatch(ResultMessage::isSuccess)
        .anyMatch(result -> result.attempts() > 1);

    assertThat(most).hasValue(2);
    over.countDown();
    assertThat(results(slow)).allMatch(ResultMessage::isSuccess);
    assertThat(most).hasValue(2);
  }

  @Test
  void overflow_is_dropped_or_released_and_the_reserved_wait() throws Exception {
    metrics = "waiting 10\n";
    SocketGateway gateway = gateway();
    Map<String, Object> tiers =
        Map.of("type", "tier-priority", "release-delay", "50ms", "gates", List.of(scrape(gateway)));
    BatchProcessor processor =
        start(
            gateway,
            with ->
                with.configure(
                    Map.of(
                        "gate",
                        tiers,
                        "queues",
                        List.of(
                            Map.of(
                                "name",
                                "a",
                                "labels",
                                Map.of("tier", "interactive", "share", "overflow")),
                            Map.of(
                                "name",
                                "b",
                                "labels",
                                Map.of("tier", "batch", "share", "overflow"))))));
    List<CompletableFuture<ResultMessage>> batch = submit("b", 5);

    assertThat(results(submit("a", 5)))
        .allMatch(result -> result.errorCode().equals(Optional.of(ErrorCode.GATE_DROPPED)))
        .allMatch(result -> result.statusCode().getAsInt() == 429)
        .allMatch(result -> result.attempts() == 0);
    eventually().until(() -> processor.stats().released() > 10);
    assertThat(asked).isEmpty();

    metrics = "waiting 0\n";
    assertThat(results(batch)).allMatch(ResultMessage::isSuccess).allMatch(r -> r.attempts() == 1);
  }

  @Test
  void who_waits_is_ended_by_its_own_deadline_and_by_nothing_else() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    SocketGateway gateway =
        gateway(
            call -> {
              answer.await();
              call.answer(200, "{}");
            });
    BatchProcessor processor =
        start(
            gateway,
            with ->
                with.configure(Map.of("gate", "max-concurrency", "gate.max-concurrency.limit", 1)));
    CompletableFuture<ResultMessage> first = queues.submit("a", Samples.request("first"));
    eventually().until(() -> asked.size() == 1);
    CompletableFuture<ResultMessage> soon =
        queues.submit("a", Samples.request("soon", Duration.ofMillis(1_500)));
    CompletableFuture<ResultMessage> later = queues.submit("a", Samples.request("later"));

    assertThat(result(soon).errorCode()).contains(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(result(soon).attempts()).isZero();
    assertThat(later).isNotDone();
    assertThat(processor.stats().buffered()).isEqualTo(1);
    answer.countDown();

    assertThat(result(first).isSuccess()).isTrue();
    assertThat(result(later).isSuccess()).isTrue();
    assertThat(asked).containsExactly("first", "later");
  }

  @Test
  void a_gate_that_throws_in_the_middle_of_a_composite_costs_no_permit() throws Exception {
    AtomicInteger times = new AtomicInteger();
    SocketGateway gateway =
        gateway(call -> call.answer(times.incrementAndGet() % 4 == 0 ? 429 : 200, "{}"));
    WantingGate first = new WantingGate("first");
    WantingGate last = new WantingGate("last");
    AtomicInteger questions = new AtomicInteger();
    DispatchGate moody =
        new DispatchGate() {
          @Override
          public String name() {
            return "moody";
          }

          @Override
          public Verdict tryAcquire(RequestView request) {
            return switch (questions.incrementAndGet() % 5) {
              case 0 -> throw new IllegalStateException("moody");
              case 1 -> new Verdict.Wait(Duration.ofMillis(1));
              case 2 -> new Verdict.Release(Duration.ZERO);
              default -> new Verdict.Go(Permit.UNCOUNTED);
            };
          }

          @Override
          public double budget() {
            return 1;
          }
        };
    WantingGate ofQueue = new WantingGate("of-queue");
    BatchProcessor processor =
        start(
            gateway,
            with ->
                with.gate(() -> CompositeGate.of(List.of(first, moody, last)))
                    .queueGate("a", () -> ofQueue));

    assertThat(results(submit("a", 30))).allMatch(ResultMessage::isSuccess);
    assertThat(results(submit("b", 30))).allMatch(ResultMessage::isSuccess);
    processor.close();

    assertThat(processor.stats().userCodeFailures()).isPositive();
    for (WantingGate gate : List.of(first, last, ofQueue)) {
      assertThat(gate.inFlight()).as(gate.name()).isZero();
      assertThat(gate.isClosed()).as(gate.name()).isTrue();
    }
    assertThat(first.ends()).hasSameSizeAs(asked);
    assertThat(last.ends()).hasSameSizeAs(asked);
    assertThat(ofQueue.ends())
        .hasSize((int) asked.stream().filter(id -> id.startsWith("a")).count());
  }

  @Test
  void a_queues_gate_takes_back_its_own_requests_only() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    SocketGateway gateway =
        gateway(
            call -> {
              if (answer.getCount() > 0) {
                answer.await();
              }
              call.answer(200, "{}");
            });
    WantingGate ofQueue = new WantingGate("of-queue");
    BatchProcessor processor = start(gateway, with -> with.queueGate("a", () -> ofQueue));
    List<CompletableFuture<ResultMessage>> all = new ArrayList<>(submit("a", 3));
    eventually().until(() -> asked.size() == 3);
    all.addAll(submit("b", 3));
    eventually().until(() -> asked.size() == 6);

    ofQueue.limit(1);
    eventually().until(() -> processor.stats().takenBack() == 2);
    assertThat(ofQueue.inFlight()).isEqualTo(1);
    assertThat(processor.stats().inFlight()).isEqualTo(4);

    answer.countDown();
    ofQueue.limit(8);
    assertThat(results(all)).allMatch(ResultMessage::isSuccess).allMatch(r -> r.attempts() == 1);
    assertThat(processor.stats().takenBack()).isEqualTo(2);
  }
}
