package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.metrics.BatchMetrics;
import io.batchprocessor.spi.ProcessorState;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a scrape shows of a processor that works. */
class BatchMetricsTest extends EngineBench {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
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
    eventually()
        .until(() -> value("batch_backlog_messages", "queue=requests", "state=waiting") == 0);
  }

  @Test
  void a_request_that_succeeds_is_counted_and_measured() {
    gateway.answering(
        request ->
            FakeGateway.answer(200, "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}"));
    BatchProcessor processor = start();

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
    processor.close();
    assertThat(processor.state()).isEqualTo(ProcessorState.CLOSED);
  }
}
