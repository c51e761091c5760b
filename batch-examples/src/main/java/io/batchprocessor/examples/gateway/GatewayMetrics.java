package io.batchprocessor.examples.gateway;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} tells, under the names, labels and bucket bounds of vLLM's V1 engine
 * ({@code vllm/v1/metrics/loggers.py}, {@code docs/design/metrics.md}), beside a few of the
 * simulator's own that make the counts add up. Times are the engine's, whatever the time scale.
 *
 * <p>vLLM itself does not tell live traffic from batch. Deployments that do, by a label, have as
 * many series of each histogram and of the counts of running and waiting requests as the label has
 * values; their sums are what the one series was. So it is here, if there is such a label.
 *
 * <p>Not thread-safe.
 */
final class GatewayMetrics implements EngineListener {

  private final String model;
  private final @Nullable String trafficLabel;
  private final Map<Traffic, TrafficMetrics> traffic = new EnumMap<>(Traffic.class);
  private final Map<Failure, Long> injected = new EnumMap<>(Failure.class);
  private long promptTokens;
  private long generatedTokens;
  private long received;
  private long completed;
  private long shed;
  private long aborted;

  /**
   * Metrics at zero.
   *
   * @param trafficLabel the label that tells live traffic from batch; null: nothing does
   */
  GatewayMetrics(String model, @Nullable String trafficLabel) {
    this.model = model;
    this.trafficLabel = trafficLabel;
    TrafficMetrics all = new TrafficMetrics();
    for (Traffic kind : Traffic.values()) {
      traffic.put(kind, trafficLabel == null ? all : new TrafficMetrics());
    }
    for (Failure failure : Failure.values()) {
      injected.put(failure, 0L);
    }
  }

  @Override
  public void scheduled(Sequence sequence, long nowNanos) {
    of(Traffic.of(sequence)).scheduled(sequence, nowNanos);
  }

  @Override
  public void firstToken(Sequence sequence, long nowNanos) {
    of(Traffic.of(sequence)).firstToken(sequence, nowNanos);
    promptTokens += sequence.promptTokens();
    generatedTokens++;
  }

  @Override
  public void decoded(int usual, int deferrable, long sinceLastTokenNanos) {
    of(Traffic.LIVE).decoded(usual, sinceLastTokenNanos);
    of(Traffic.BATCH).decoded(deferrable, sinceLastTokenNanos);
    generatedTokens += usual + deferrable;
  }

  @Override
  public void finished(Sequence sequence, long nowNanos) {
    of(Traffic.of(sequence)).finished(sequence, nowNanos);
    completed++;
  }

  private TrafficMetrics of(Traffic kind) {
    return Objects.requireNonNull(traffic.get(kind));
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
    text.head("vllm:num_requests_running", "gauge", "Requests in the batch.");
    count(text, "vllm:num_requests_running", batch.running(), batch::running);
    text.head("vllm:num_requests_waiting", "gauge", "Requests that wait for a slot.");
    count(text, "vllm:num_requests_waiting", batch.waiting(), batch::waiting);
    gauge(text, "vllm:kv_cache_usage_perc", "Share of the KV cache in use.", batch.kvCacheUsage());
    counter(text, "vllm:prompt_tokens_total", "Prompt tokens prefilled.", promptTokens);
    counter(text, "vllm:generation_tokens_total", "Tokens generated.", generatedTokens);
    text.head("vllm:request_success_total", "counter", "Requests finished, by reason.");
    text.sample("vllm:request_success_total", 0, "finished_reason", "stop");
    text.sample("vllm:request_success_total", completed, "finished_reason", "length");
    text.sample("vllm:request_success_total", aborted, "finished_reason", "abort");
    histogram(
        text,
        "vllm:time_to_first_token_seconds",
        "Arrival to first token.",
        TrafficMetrics::firstToken);
    histogram(
        text,
        "vllm:inter_token_latency_seconds",
        "One token to the next.",
        TrafficMetrics::betweenTokens);
    histogram(
        text,
        "vllm:time_per_output_token_seconds",
        "As inter_token_latency_seconds: its old name.",
        TrafficMetrics::betweenTokens);
    histogram(text, "vllm:request_queue_time_seconds", "Arrival to slot.", TrafficMetrics::queued);
    histogram(
        text,
        "vllm:e2e_request_latency_seconds",
        "Arrival to last token.",
        TrafficMetrics::endToEnd);
    counter(text, "simulated_gateway_requests_total", "Inference requests received.", received);
    counter(text, "simulated_gateway_shed_total", "Requests answered with 429.", shed);
    String injectedName = "simulated_gateway_injected_failures_total";
    text.head(injectedName, "counter", "Requests made to fail, by kind.");
    injected.forEach((kind, count) -> text.sample(injectedName, count, "kind", kind.label()));
    return text.toString();
  }

  private void count(PrometheusText text, String name, int all, ToIntFunction<Traffic> byKind) {
    if (trafficLabel == null) {
      text.sample(name, (double) all);
      return;
    }
    for (Traffic kind : Traffic.values()) {
      text.sample(name, (double) byKind.applyAsInt(kind), trafficLabel, kind.label());
    }
  }

  private void histogram(
      PrometheusText text, String name, String help, Function<TrafficMetrics, Histogram> which) {
    text.head(name, "histogram", help);
    if (trafficLabel == null) {
      which.apply(of(Traffic.LIVE)).write(text, name);
      return;
    }
    traffic.forEach((kind, all) -> which.apply(all).write(text, name, trafficLabel, kind.label()));
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
