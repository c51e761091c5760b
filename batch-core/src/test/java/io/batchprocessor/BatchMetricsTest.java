package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.metrics.BatchMetrics;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Verdict;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scrape shows of a processor that works. */
class BatchMetricsTest extends EngineBench {

  private final MovableClock clock = new MovableClock();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(
          PrometheusConfig.DEFAULT,
          new PrometheusRegistry(),
          new Clock() {
            @Override
            public long wallTime() {
              return clock.millis();
            }

            @Override
            public long monotonicTime() {
              return System.nanoTime();
            }
          });
  private final BatchMetrics metrics = BatchMetrics.of(registry);

  private BatchProcessor start() {
    return start(with -> with.listener(metrics));
  }

  /** The value of a series; the labels in any order. */
  private double value(String name, String... labels) {
    return Scrape.of(registry).value(name, labels);
  }

  @Test
  void series_are_at_zero_before_the_first_request() {
    start();

    assertThat(value("batch_requests_received_total", "queue=requests")).isZero();
    assertThat(value("batch_requests_failed_total", "error_code=deadline_exceeded")).isZero();
    assertThat(value("batch_requests_retried_total", "cause=http_503")).isZero();
    assertThat(value("batch_gateway_latency_seconds_count", "outcome=shed")).isZero();
    assertThat(value("batch_tokens_total", "type=output")).isZero();
    assertThat(value("batch_requests_in_flight", "pool=default")).isZero();
    assertThat(value("batch_requests_limit", "pool=default")).isEqualTo(8);
    assertThat(value("batch_gate_budget", "pool=default")).isEqualTo(1);
    assertThat(value("batch_broker_failures_total", "operation=publish")).isZero();
    assertThat(value("batch_publish_failures_total", "cause=retried")).isZero();
    assertThat(value("batch_publish_failures_total", "cause=refused")).isZero();
    eventually()
        .until(() -> value("batch_backlog_messages", "queue=requests", "state=waiting") == 0);
  }

  @Test
  void a_pause_shows() {
    BatchProcessor processor = start();
    assertThat(value("batch_paused")).isZero();

    processor.pause();
    assertThat(value("batch_paused")).isEqualTo(1);

    processor.resume();
    assertThat(value("batch_paused")).isZero();
  }

  @Test
  void what_waits_for_another_attempt_is_told_from_what_waits_for_its_first() {
    start();

    eventually()
        .untilAsserted(
            () -> {
              assertThat(value("batch_backlog_messages", "kind=request", "state=waiting")).isZero();
              assertThat(value("batch_backlog_messages", "kind=retry", "state=waiting")).isZero();
              assertThat(value("batch_backlog_oldest_seconds", "kind=retry")).isZero();
            });
  }

  @Test
  void a_request_that_succeeds_is_counted_and_measured() {
    gateway.answering(
        request ->
            FakeGateway.answer(200, "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}"));
    start();

    List<ResultMessage> results =
        resultsOf(
            IntStream.range(0, 10).mapToObj(i -> queues.submit(Samples.request("r" + i))).toList());

    assertThat(results).allMatch(ResultMessage::isSuccess);
    eventually().until(() -> value("batch_requests_succeeded_total", "queue=requests") == 10);
    assertThat(value("batch_requests_received_total", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_requests_dispatched_total", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_gateway_latency_seconds_count", "outcome=succeeded")).isEqualTo(10);
    assertThat(value("batch_queue_residence_seconds_count", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_dispatch_latency_seconds_count", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_result_attempts_sum", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_deadline_margin_seconds_count", "queue=requests")).isEqualTo(10);
    assertThat(value("batch_tokens_total", "type=input")).isEqualTo(50);
    assertThat(value("batch_tokens_total", "type=output")).isEqualTo(70);
    assertThat(value("batch_gateway_received_bytes_total", "queue=requests")).isEqualTo(510);
    assertThat(value("batch_gate_decisions_total", "decision=go")).isGreaterThanOrEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({
    "429, shed",
    "408, http_4xx",
    "425, http_4xx",
    "500, http_500",
    "502, http_502",
    "503, http_503",
    "504, http_504",
    "529, other"
  })
  void a_retry_is_counted_by_the_answer_that_caused_it(int status, String cause) {
    start();
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).answer(status, "{}");
    gateway.awaitExchange(2).answer(200, "{}");
    assertThat(resultOf(submitted).attempts()).isEqualTo(2);

    eventually().until(() -> value("batch_requests_retried_total", "cause=" + cause) == 1);
    assertThat(value("batch_requests_shed_total")).isEqualTo(status == 429 ? 1 : 0);
    eventually().until(() -> value("batch_result_attempts_sum") == 2);
    assertThat(value("batch_result_attempts_count")).isEqualTo(1);
    assertThat(value("batch_queue_residence_seconds_count")).isEqualTo(1);
    assertThat(value("batch_dispatch_latency_seconds_count")).isEqualTo(2);
  }

  @Test
  void a_broken_connection_and_a_timeout_are_causes_of_their_own() {
    start(with -> with.listener(metrics).requestTimeout(Duration.ofMillis(200)));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    gateway.awaitExchange(1).fail(new IOException("connection reset"));
    gateway.awaitExchange(2);
    gateway.awaitExchange(3).answer(200, "{}");
    assertThat(resultOf(submitted).attempts()).isEqualTo(3);

    eventually().until(() -> value("batch_requests_retried_total", "cause=timeout") == 1);
    assertThat(value("batch_requests_retried_total", "cause=connection")).isEqualTo(1);
    assertThat(value("batch_gateway_latency_seconds_count", "outcome=failed")).isEqualTo(2);
    assertThat(value("batch_gateway_latency_seconds_max", "outcome=failed")).isGreaterThan(0.19);
  }

  @Test
  void messages_that_end_before_the_gateway_are_failures_by_code() {
    start();
    queues.submit(
        "requests",
        List.of(
            Bytes.utf8("{\"id\":\"late\",\"deadline\":1,\"payload\":{}}"),
            Bytes.utf8("{\"id\":\"no payload\",\"deadline\":9999999999}"),
            Bytes.utf8("nobody's")));

    eventually().until(() -> value("batch_dead_letters_total") == 1);
    eventually()
        .until(() -> value("batch_requests_failed_total", "error_code=invalid_request") == 1);
    eventually()
        .until(() -> value("batch_requests_failed_total", "error_code=deadline_exceeded") == 1);
    assertThat(value("batch_deadline_missed_total", "miss=expired")).isEqualTo(1);
    assertThat(value("batch_deadline_margin_seconds_count")).isZero();
    assertThat(value("batch_requests_dispatched_total")).isZero();
  }

  @Test
  void an_answer_that_is_stored_after_the_deadline_is_late() {
    start();
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    clock.jump(Duration.ofHours(2));
    exchange.answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    eventually().until(() -> value("batch_deadline_missed_total", "miss=late") == 1);
    assertThat(value("batch_deadline_missed_total", "miss=expired")).isZero();
    assertThat(value("batch_deadline_margin_seconds_sum")).isZero();
    assertThat(value("batch_deadline_margin_seconds_count")).isEqualTo(1);
  }

  @Test
  void results_that_cannot_be_stored_are_publish_failures_and_a_stall() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport transport = FaultyTransport.atomic(queues).breaks("settle");
    start(transport, with -> with.listener(metrics));
    enqueue(Samples.request("r"));

    eventually().until(() -> value("batch_publish_failures_total", "cause=retried") >= 2);
    assertThat(value("batch_broker_failures_total", "operation=publish")).isPositive();
    assertThat(value("batch_publish_failures_total", "cause=refused")).isZero();
    assertThat(value("batch_broker_stalled")).isEqualTo(1);
    assertThat(value("batch_requests_settling")).isEqualTo(1);
    assertThat(value("batch_requests_succeeded_total")).isZero();

    transport.heals("settle");

    eventually().until(() -> value("batch_requests_succeeded_total") == 1);
    eventually().until(() -> value("batch_broker_stalled") == 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_result_that_is_refused_for_good_is_a_publish_failure_of_its_own(boolean evenTheError) {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    FaultyTransport transport =
        FaultyTransport.atomic(queues)
            .refuses(
                results -> {
                  Result first = results.get(0);
                  if (evenTheError || first.message().isSuccess()) {
                    throw new ResultRejectedException(first, "too large");
                  }
                });
    start(transport, with -> with.listener(metrics));
    enqueue(Samples.request("r"));

    eventually()
        .until(
            () ->
                evenTheError
                    ? value("batch_dead_letters_total") == 1
                    : value("batch_requests_failed_total", "error_code=result_refused") == 1);
    assertThat(value("batch_publish_failures_total", "cause=refused"))
        .isEqualTo(evenTheError ? 2 : 1);
    assertThat(value("batch_publish_failures_total", "cause=retried")).isZero();
    assertThat(value("batch_broker_failures_total", "operation=publish")).isZero();
    assertThat(value("batch_requests_failed_total", "error_code=inference_error")).isZero();
    assertThat(value("batch_requests_succeeded_total")).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "publish, publish",
    "acknowledge, acknowledge",
    "schedule, retry",
    "receive, receive",
    "deadLetter, dead_letter"
  })
  void every_call_to_the_broker_has_its_name(String operation, String label) {
    gateway.answering(
        request -> FakeGateway.answer(gateway.exchanges().isEmpty() ? 503 : 200, "{}"));
    start(FaultyTransport.inTwoSteps(queues).breaks(operation, 1), with -> with.listener(metrics));
    enqueue(Samples.request("r"));
    queues.submit("requests", List.of(Bytes.utf8("nobody's")));

    eventually().until(() -> value("batch_requests_succeeded_total") == 1);
    eventually().until(() -> value("batch_dead_letters_total") == 1);
    assertThat(value("batch_broker_failures_total", "operation=" + label)).isEqualTo(1);
    assertThat(value("batch_broker_failures_total", "operation=other")).isZero();
  }

  @Test
  void a_gate_shows_its_budget_its_decisions_and_what_it_measures() {
    AtomicReference<Verdict> verdict =
        new AtomicReference<>(new Verdict.Wait(Duration.ofMillis(5)));
    start(with -> with.listener(metrics).gate(() -> new SteeredGate(verdict)));
    enqueue(Samples.request("a"), Samples.request("b"));

    eventually().until(() -> value("batch_gate_decisions_total", "decision=wait") > 0);
    assertThat(value("batch_gate_budget", "gate=steered", "queue=*")).isEqualTo(0.25);
    assertThat(value("batch_gate_measurement", "measurement=limit")).isEqualTo(7);
    assertThat(value("batch_requests_buffered")).isEqualTo(2);

    verdict.set(new Verdict.Drop("not today"));

    eventually().until(() -> value("batch_gate_decisions_total", "decision=drop") == 2);
    eventually().until(() -> value("batch_requests_failed_total", "error_code=gate_dropped") == 2);
  }

  @Test
  void the_gate_of_a_queue_stands_beside_the_one_of_its_pool() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(
        with ->
            with.listener(metrics)
                .setting("gate", "max-concurrency")
                .setting("gate.max-concurrency.limit", "4")
                .queue(QueueConfig.of("requests").withGate(GateConfig.of("constant"))));
    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();

    eventually()
        .until(() -> value("batch_gate_decisions_total", "queue=requests", "decision=go") == 1);
    assertThat(value("batch_gate_decisions_total", "queue=*", "decision=go")).isEqualTo(1);
    assertThat(value("batch_gate_measurement", "queue=*", "measurement=limit")).isEqualTo(4);
  }

  @Test
  void what_a_gate_takes_back_is_counted_with_the_work_that_is_lost() {
    WantingGate gate = new WantingGate("wanting");
    start(with -> with.listener(metrics).gate(() -> gate));
    enqueue(Samples.request("r"));
    gateway.awaitExchange(1);

    gate.limit(0);

    eventually().until(() -> value("batch_requests_taken_back_seconds_count") == 1);
    assertThat(value("batch_requests_taken_back_seconds_sum")).isPositive();
    eventually().until(() -> value("batch_requests_released_total") >= 1);
    assertThat(value("batch_gateway_latency_seconds_count", "outcome=aborted")).isEqualTo(1);
  }

  @Test
  void a_count_that_is_looked_up_survives_the_garbage_collector() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start();
    System.gc();

    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();

    assertThat(value("batch_gate_decisions_total", "decision=go")).isEqualTo(1);
  }

  private record SteeredGate(AtomicReference<Verdict> verdict) implements DispatchGate {
    @Override
    public String name() {
      return "steered";
    }

    @Override
    public Verdict tryAcquire(RequestView request) {
      return verdict.get();
    }

    @Override
    public double budget() {
      return 0.25;
    }

    @Override
    public Map<String, Double> measurements() {
      return Map.of("limit", 7.0);
    }
  }

  @Test
  void no_label_grows_with_what_passes_by() {
    AtomicInteger answers = new AtomicInteger();
    gateway.answering(
        request ->
            FakeGateway.answer(
                answers.incrementAndGet() % 3 == 0 ? 400 + answers.get() % 120 : 200, "{}"));
    BatchProcessor processor = start();
    // The last of the series that only a look into the broker brings.
    eventually()
        .untilAsserted(
            () -> assertThat(value("batch_backlog_oldest_seconds", "kind=retry")).isZero());
    Set<String> before = Scrape.of(registry).series();

    for (int i = 0; i < 300; i++) {
      enqueue(
          Samples.builder("r" + i, Instant.now().plusSeconds(600)).metadata("k" + i, "v").build());
    }
    metrics.received(
        Samples.held(Samples.request("stray"), 1, Samples.buffer("a queue of others")));
    eventually().until(() -> processor.stats().finished() == 300);

    assertThat(Scrape.of(registry).series()).isEqualTo(before);
    assertThat(before).hasSizeLessThan(420);
    assertThat(registry.scrape())
        .contains("batch_requests_received_total{processor=\"batch\",queue=\"other\"} 1.0");
  }

  @Test
  void a_processor_that_is_closed_leaves_its_counts_and_nothing_that_looks_into_it() {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    BatchProcessor processor = start();
    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();

    processor.close();

    assertThat(value("batch_requests_succeeded_total")).isEqualTo(1);
    assertThat(registry.scrape()).doesNotContain("batch_requests_in_flight", "batch_gate_budget");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("batch-metrics"));

    metrics.close();

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void two_processors_share_a_registry_by_their_names() {
    start(with -> with.listener(metrics).name("one"));
    MemoryTransport others = opened(MemoryTransport.builder().build());
    BatchMetrics second = BatchMetrics.of(registry, Tags.of("team", "research"));
    start(others, with -> with.listener(second).name("two"));
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    assertThat(resultOf(others.submit(Samples.request("r"))).isSuccess()).isTrue();

    eventually().until(() -> value("batch_requests_succeeded_total", "processor=two") == 1);
  }

  @Test
  void one_object_is_for_one_processor() {
    start();
    MemoryTransport others = opened(MemoryTransport.builder().build());
    BatchProcessor another = start(others, with -> with.listener(metrics).name("another"));

    assertThat(another.stats().userCodeFailures()).isEqualTo(1);
    assertThat(registry.scrape()).doesNotContain("processor=\"another\"");
  }
}
