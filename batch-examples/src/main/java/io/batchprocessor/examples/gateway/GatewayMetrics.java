package io.batchprocessor.examples.gateway;

import java.util.EnumMap;
import java.util.Map;

/**
 * What {@code /metrics} tells, under the names, labels and bucket bounds of vLLM's V1 engine
 * ({@code vllm/v1/metrics/loggers.py}, {@code docs/design/metrics.md}), beside a few of the
 * simulator's own that make the counts add up. Times are the engine's, whatever the time scale. Not
 * thread-safe.
 */
final class GatewayMetrics implements EngineListener {

  private static final double[] REQUEST_BOUNDS = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };

  private final String model;
  private final Histogram firstToken = Histogram.timeToFirstToken();
  private final Histogram betweenTokens = Histogram.interTokenLatency();
  private final Histogram queued = new Histogram(REQUEST_BOUNDS);
  private final Histogram endToEnd = new Histogram(REQUEST_BOUNDS);
  private final Map<Failure, Long> injected = new EnumMap<>(Failure.class);
  private long promptTokens;
  private long generatedTokens;
  private long received;
  private long completed;
  private long shed;
  private long aborted;

  GatewayMetrics(String model) {
    this.model = model;
    for (Failure failure : Failure.values()) {
      injected.put(failure, 0L);
    }
  }

  @Override
  public void scheduled(Sequence sequence, long nowNanos) {
    queued.observeNanos(nowNanos - sequence.arrivedNanos());
  }

  @Override
  public void firstToken(Sequence sequence, long nowNanos) {
    firstToken.observeNanos(nowNanos - sequence.arrivedNanos());
    promptTokens += sequence.promptTokens();
    generatedTokens++;
  }

  @Override
  public void decoded(int usual, int deferrable, long sinceLastTokenNanos) {
    betweenTokens.observeNanos(sinceLastTokenNanos, usual + deferrable);
    generatedTokens += usual + deferrable;
  }

  @Override
  public void finished(Sequence sequence, long nowNanos) {
    endToEnd.observeNanos(nowNanos - sequence.arrivedNanos());
    completed++;
  }

  void received() {
    received++;
  }

  void shed() {
    shed++;
  }

  void aborted() {
    aborted++;
  }

  void injected(Failure failure) {
    injected.merge(failure, 1L, Long::sum);
  }

  GatewaySnapshot snapshot(ContinuousBatch batch) {
    return new GatewaySnapshot(
        batch.running(),
        batch.waiting(),
        received,
        completed,
        shed,
        aborted,
        injected.values().stream().mapToLong(Long::longValue).sum(),
        promptTokens,
        generatedTokens);
  }

  String text(ContinuousBatch batch) {
    PrometheusText text = new PrometheusText(model);
    gauge(text, "vllm:num_requests_running", "Requests in the batch.", batch.running());
    gauge(text, "vllm:num_requests_waiting", "Requests that wait for a slot.", batch.waiting());
    gauge(text, "vllm:kv_cache_usage_perc", "Share of the KV cache in use.", batch.kvCacheUsage());
    counter(text, "vllm:prompt_tokens_total", "Prompt tokens prefilled.", promptTokens);
    counter(text, "vllm:generation_tokens_total", "Tokens generated.", generatedTokens);
    text.head("vllm:request_success_total", "counter", "Requests finished, by reason.");
    text.sample("vllm:request_success_total", 0, "finished_reason", "stop");
    text.sample("vllm:request_success_total", completed, "finished_reason", "length");
    text.sample("vllm:request_success_total", aborted, "finished_reason", "abort");
    firstToken.write(text, "vllm:time_to_first_token_seconds", "Arrival to first token.");
    betweenTokens.write(text, "vllm:inter_token_latency_seconds", "One token to the next.");
    betweenTokens.write(
        text,
        "vllm:time_per_output_token_seconds",
        "As inter_token_latency_seconds: its old name.");
    queued.write(text, "vllm:request_queue_time_seconds", "Arrival to slot.");
    endToEnd.write(text, "vllm:e2e_request_latency_seconds", "Arrival to last token.");
    counter(text, "simulated_gateway_requests_total", "Inference requests received.", received);
    counter(text, "simulated_gateway_shed_total", "Requests answered with 429.", shed);
    String injectedName = "simulated_gateway_injected_failures_total";
    text.head(injectedName, "counter", "Requests made to fail, by kind.");
    injected.forEach((kind, count) -> text.sample(injectedName, count, "kind", kind.label()));
    return text.toString();
  }

  private static void gauge(PrometheusText text, String name, String help, double value) {
    text.head(name, "gauge", help);
    text.sample(name, value);
  }

  private static void counter(PrometheusText text, String name, String help, long value) {
    text.head(name, "counter", help);
    text.sample(name, value);
  }
}
