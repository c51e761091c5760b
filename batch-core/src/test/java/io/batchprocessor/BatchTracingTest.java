package io.batchprocessor;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptHeaders;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.tracing.BatchTracing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The spans of attempts, as an SDK gets them and as the gateway sees them. */
class BatchTracingTest extends EngineBench {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PRODUCER = "00f067aa0ba902b7";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .build();
  private final BatchTracing tracing = BatchTracing.of(sdk);

  private static RequestMessage traced(String id, String flags) {
    return RequestMessage.builder(id)
        .deadline(Instant.now().plusSeconds(3_600))
        .payload("{\"model\":\"food-review\",\"prompt\":\"hi\"}")
        .metadata("traceparent", "00-" + TRACE + "-" + PRODUCER + "-" + flags)
        .metadata("tracestate", "vendor=1")
        .build();
  }

  private List<SpanData> spans(int count) {
    eventually().until(() -> exporter.getFinishedSpanItems().size() >= count);
    List<SpanData> spans = exporter.getFinishedSpanItems();
    assertThat(spans).hasSize(count);
    return spans;
  }

  private static String sentParent(FakeGateway.Exchange exchange) {
    return String.valueOf(exchange.request().headers().get("traceparent"));
  }

  @Test
  void an_attempt_is_a_span_between_the_producer_and_the_gateway() {
    start(with -> with.listener(tracing));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r-1", "01"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    exchange.answer(200, "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    SpanData span = spans(1).get(0);
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(PRODUCER);
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getName()).isEqualTo("text_completion food-review");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getLinks()).isEmpty();
    assertThat(span.getAttributes().asMap())
        .containsOnly(
            Map.entry(stringKey("messaging.system"), "MemoryTransport"),
            Map.entry(stringKey("messaging.operation.name"), "process"),
            Map.entry(stringKey("messaging.operation.type"), "process"),
            Map.entry(stringKey("messaging.destination.name"), "requests"),
            Map.entry(stringKey("messaging.message.id"), "r-1"),
            Map.entry(stringKey("http.request.method"), "POST"),
            Map.entry(longKey("http.request.body.size"), 37L),
            Map.entry(longKey("http.response.status_code"), 200L),
            Map.entry(longKey("http.response.body.size"), 51L),
            Map.entry(stringKey("url.full"), Samples.ENDPOINT.toString()),
            Map.entry(stringKey("server.address"), "gateway.test"),
            Map.entry(longKey("server.port"), 8_000L),
            Map.entry(stringKey("gen_ai.operation.name"), "text_completion"),
            Map.entry(stringKey("gen_ai.provider.name"), "openai"),
            Map.entry(stringKey("gen_ai.request.model"), "food-review"),
            Map.entry(longKey("gen_ai.usage.input_tokens"), 5L),
            Map.entry(longKey("gen_ai.usage.output_tokens"), 7L),
            Map.entry(longKey("batch.attempt"), 1L),
            Map.entry(stringKey("batch.outcome"), "succeeded"));
    assertThat(sentParent(exchange)).isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01");
    assertThat(exchange.request().headers()).containsEntry("tracestate", "vendor=1");
  }

  @Test
  void a_retry_is_a_sibling_that_links_to_what_failed() {
    start(with -> with.listener(tracing));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    gateway.awaitExchange(1).answer(503, "{}");
    gateway.awaitExchange(2).fail(new IOException("connection reset"));
    gateway.awaitExchange(3).answer(200, "{}");
    assertThat(resultOf(submitted).attempts()).isEqualTo(3);

    List<SpanData> spans = spans(3);
    assertThat(spans).allMatch(span -> span.getParentSpanId().equals(PRODUCER));
    for (int i = 1; i < 3; i++) {
      assertThat(spans.get(i).getLinks()).hasSize(1);
      assertThat(spans.get(i).getLinks().get(0).getSpanContext())
          .isEqualTo(spans.get(i - 1).getSpanContext());
      assertThat(spans.get(i).getAttributes().get(longKey("http.request.resend_count")))
          .isEqualTo(i);
    }
    assertThat(spans.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(spans.get(0).getAttributes().get(stringKey("error.type"))).isEqualTo("503");
    assertThat(spans.get(1).getAttributes().get(stringKey("error.type")))
        .isEqualTo("java.io.IOException");
    assertThat(spans.get(2).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void a_retry_that_another_process_takes_links_to_what_failed_here() {
    BatchProcessor here =
        start(with -> with.listener(tracing).backoff(context -> Duration.ofSeconds(1)));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    gateway.awaitExchange(1).answer(503, "{}");
    eventually().until(() -> here.stats().retried() == 1);
    here.close();
    SpanData first = exporter.getFinishedSpanItems().get(0);
    exporter.reset();
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(with -> with.listener(BatchTracing.of(sdk)));
    ResultMessage result = resultOf(submitted);

    SpanData second = spans(1).get(0);
    assertThat(second.getAttributes().get(longKey("batch.attempt"))).isEqualTo(2);
    assertThat(second.getParentSpanId()).isEqualTo(PRODUCER);
    assertThat(second.getLinks()).hasSize(1);
    assertThat(second.getLinks().get(0).getSpanContext().getSpanId()).isEqualTo(first.getSpanId());
    assertThat(second.getLinks().get(0).getSpanContext().getTraceId()).isEqualTo(TRACE);
    assertThat(result.metadata()).containsOnlyKeys("traceparent", "tracestate");
  }

  @Test
  void a_timeout_is_named_as_one() {
    start(with -> with.listener(tracing).requestTimeout(Duration.ofMillis(100)));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    gateway.awaitExchange(2).answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    assertThat(spans(2).get(0).getAttributes().get(stringKey("error.type"))).isEqualTo("timeout");
  }

  @Test
  void a_message_without_a_producers_context_begins_a_trace() {
    start(with -> with.listener(tracing));
    CompletableFuture<ResultMessage> submitted = queues.submit(Samples.request("r"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    exchange.answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    SpanData span = spans(1).get(0);
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getName()).isEqualTo("text_completion");
    assertThat(sentParent(exchange)).contains(span.getTraceId(), span.getSpanId());
  }

  @Test
  void a_producer_that_does_not_sample_is_not_sampled_here_either() {
    start(with -> with.listener(tracing));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "00"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    exchange.answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    assertThat(exporter.getFinishedSpanItems()).isEmpty();
    assertThat(sentParent(exchange)).startsWith("00-" + TRACE).endsWith("-00");
  }

  @Test
  void a_cancelled_attempt_is_no_error() {
    BatchProcessor processor = start(with -> with.listener(tracing));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    gateway.awaitExchange(1);
    assertThat(processor.cancel("r")).isTrue();
    assertThat(resultOf(submitted).isSuccess()).isFalse();

    SpanData span = spans(1).get(0);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getAttributes().get(stringKey("batch.outcome"))).isEqualTo("aborted");
  }

  @Test
  void an_end_that_is_told_before_the_beginning_ends_the_span() {
    RequestView request = Samples.held(traced("r", "01"), 1);

    tracing.attempted(request, Answers.aborted(Duration.ZERO));
    Map<String, String> headers = tracing.headers(request, Samples.ENDPOINT);

    assertThat(headers).containsKey("traceparent");
    assertThat(spans(1).get(0).getAttributes().get(stringKey("batch.outcome")))
        .isEqualTo("aborted");
  }

  @Test
  void without_an_sdk_the_producers_context_goes_on_as_it_came() {
    start(with -> with.listener(BatchTracing.of(OpenTelemetry.noop())));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    FakeGateway.Exchange exchange = gateway.awaitExchange(1);
    exchange.answer(200, "{}");
    assertThat(resultOf(submitted).isSuccess()).isTrue();

    assertThat(sentParent(exchange)).isEqualTo("00-" + TRACE + "-" + PRODUCER + "-01");
  }

  @Test
  void neither_queries_nor_contents_are_recorded() {
    start(
        with ->
            with.listener(tracing).endpoint(URI.create("http://gateway.test/v1/rank?key=secret")));
    CompletableFuture<ResultMessage> submitted = queues.submit(traced("r", "01"));
    gateway.awaitExchange(1).answer(400, "a secret of the gateway's");
    assertThat(resultOf(submitted).isSuccess()).isFalse();

    SpanData span = spans(1).get(0);
    assertThat(span.getName()).isEqualTo("POST");
    assertThat(span.getAttributes().get(longKey("server.port"))).isEqualTo(80);
    assertThat(span.toString()).doesNotContain("secret", "prompt", "hi\\");
  }

  /** Says what headers it adds. */
  private record Adding(Map<String, String> added) implements BatchListener, AttemptHeaders {
    @Override
    public Map<String, String> headers(RequestView request, URI uri) {
      return added;
    }

    @Override
    public void attempted(RequestView request, AttemptOutcome outcome) {}
  }

  private Map<String, String> sentWith(Map<String, String> added) {
    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    start(
        with ->
            with.authorization("Bearer ours")
                .inferenceObjective("batch")
                .listener(new Adding(added)));
    assertThat(resultOf(queues.submit(Samples.request("r"))).isSuccess()).isTrue();
    return gateway.awaitExchange(1).request().headers();
  }

  @Test
  void a_listener_adds_headers_and_replaces_none_that_is_set() {
    assertThat(
            sentWith(
                Map.of(
                    "X-Tenant",
                    "t",
                    "Authorization",
                    "theirs",
                    "idempotency-key",
                    "theirs",
                    "X-Gateway-Inference-Objective",
                    "live",
                    "baggage",
                    "k=v")))
        .containsEntry("x-tenant", "t")
        .containsEntry("baggage", "k=v")
        .containsEntry("authorization", "Bearer ours")
        .containsEntry("Idempotency-Key", "r")
        .containsEntry("x-gateway-inference-objective", "batch")
        .doesNotContainValue("theirs")
        .doesNotContainValue("live");
  }

  @Test
  void a_header_that_would_split_the_request_is_not_sent() {
    assertThat(sentWith(Map.of("x-a", "1\r\nx-b: 2"))).doesNotContainKey("x-a");
  }

  @Test
  void a_header_whose_name_is_none_is_not_sent() {
    assertThat(sentWith(Map.of("x a:", "1"))).doesNotContainValue("1");
  }
}
