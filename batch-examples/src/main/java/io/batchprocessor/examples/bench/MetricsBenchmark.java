package io.batchprocessor.examples.bench;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.metrics.BatchMetrics;
import io.batchprocessor.spi.AttemptHeaders;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.GateView;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.PoolView;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.tracing.BatchTracing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;

/**
 * CPU time that metrics and traces take for each request. First all of it, through a processor
 * whose gateway answers at once, without either, with metrics, and with traces in turn. Then the
 * listeners alone: what they are told of a request that succeeds, to one that does nothing but
 * look, to metrics in a registry for Prometheus, and to traces by an SDK whose exporter throws them
 * away. It reads the thread's own CPU time, so that a busy machine disturbs it little.
 */
public final class MetricsBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 9;
  private static final URI ENDPOINT = URI.create("http://gateway.test/v1/completions");

  private final int requests;
  private final RequestMessage message =
      RequestMessage.builder("r-1")
          .deadline(Instant.now().plus(Duration.ofDays(1)))
          .created(Instant.now())
          .payload("{\"model\":\"food-review\",\"prompt\":\"hi\"}")
          .build();
  private final AttemptOutcome outcome;
  private final ResultMessage result;

  private MetricsBenchmark(int requests, String answer) {
    this.requests = requests;
    Bytes body = Bytes.utf8(answer);
    this.outcome =
        new AttemptOutcome(
            AttemptOutcome.Kind.SUCCEEDED,
            new InferenceResponse(200, Map.of(), body),
            null,
            Duration.ofMillis(120),
            null);
    this.result = ResultMessage.builder("r-1").answer(200, body).attempts(1).build();
  }

  /**
   * Runs it.
   *
   * @param args requests per round (default 1,000,000)
   */
  public static void main(String[] args) throws InterruptedException {
    int requests = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    System.out.println(Meter.machine());
    System.out.printf(
        "%,d requests a round, median of %d rounds after a warm-up, CPU ns a request%n",
        requests, ROUNDS);
    String text = "x".repeat(2_000);
    throughProcessor(requests / 4, answer(text, true));
    report("answer with usage", new MetricsBenchmark(requests, answer(text, true)));
    report("answer without usage", new MetricsBenchmark(requests, answer(text, false)));
  }

  private static String answer(String text, boolean usage) {
    return "{\"id\":\"cmpl-1\",\"choices\":[{\"text\":\""
        + text
        + "\"}]"
        + (usage ? ",\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":64}" : "")
        + "}";
  }

  private static void throughProcessor(int requests, String answer) throws InterruptedException {
    ThroughputBenchmark benchmark = new ThroughputBenchmark(ENDPOINT, requests, 1);
    AtOnce gateway = new AtOnce(new InferenceResponse(200, Map.of(), Bytes.utf8(answer)));
    List<Meter.Reading> without = new ArrayList<>();
    List<Meter.Reading> with = new ArrayList<>();
    List<Meter.Reading> traced = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      Meter.Reading plain = benchmark.processor(gateway, 64, List.of());
      BatchListener metrics =
          BatchMetrics.of(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
      Meter.Reading measured = benchmark.processor(gateway, 64, List.of(metrics));
      Meter.Reading withTraces =
          benchmark.processor(gateway, 64, List.of(tracing(Sampler.alwaysOn())));
      if (round > 0) {
        without.add(plain);
        with.add(measured);
        traced.add(withTraces);
      }
    }
    double plain = ThroughputBenchmark.median(without, Meter.Reading::cpuMicros);
    double measured = ThroughputBenchmark.median(with, Meter.Reading::cpuMicros);
    System.out.printf(
        "%-22s without %.0f, with %.0f, so %.0f for metrics%n",
        "whole processor", plain * 1e3, measured * 1e3, (measured - plain) * 1e3);
    double spans = ThroughputBenchmark.median(traced, Meter.Reading::cpuMicros);
    System.out.printf(
        "%-22s without %.0f, with %.0f, so %.0f for traces%n",
        "", plain * 1e3, spans * 1e3, (spans - plain) * 1e3);
  }

  /** Spans are made, ended, and handed to an exporter by the thread that ends them. */
  private static BatchTracing tracing(Sampler sampler) {
    return BatchTracing.of(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(new Nowhere()))
                    .build())
            .build());
  }

  private static final class Nowhere implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  /** A gateway without a network. */
  private record AtOnce(InferenceResponse answer)
      implements InferenceClient, InferenceClientProvider {
    @Override
    public String id() {
      return "at-once";
    }

    @Override
    public InferenceClient create(InferenceClientContext context) {
      return this;
    }

    @Override
    public CompletableFuture<InferenceResponse> send(InferenceRequest request) {
      return CompletableFuture.completedFuture(answer);
    }

    @Override
    public void close() {}
  }

  private static void report(String title, MetricsBenchmark benchmark) {
    BatchMetrics metrics = BatchMetrics.of(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    metrics.starting(new Still());
    double nothing = benchmark.median(new Looking());
    double measured = benchmark.median(metrics);
    metrics.stateChanged(ProcessorState.DRAINING, ProcessorState.CLOSED);
    System.out.printf(
        "%-22s baseline %.0f, with metrics %.0f, so %.0f for them%n",
        title, nothing, measured, measured - nothing);
    double recorded = benchmark.median(tracing(Sampler.alwaysOn()));
    double unsampled = benchmark.median(tracing(Sampler.alwaysOff()));
    System.out.printf(
        "%-22s with traces %.0f, so %.0f for them; %.0f if none is sampled%n",
        "", recorded, recorded - nothing, unsampled - nothing);
  }

  private double median(BatchListener listener) {
    double[] nanos = new double[ROUNDS];
    round(listener);
    for (int i = 0; i < ROUNDS; i++) {
      nanos[i] = round(listener);
    }
    Arrays.sort(nanos);
    return nanos[ROUNDS / 2];
  }

  private double round(BatchListener listener) {
    long begin = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < requests; i++) {
      RequestView request = new Request(message);
      listener.received(request);
      listener.dispatched(request);
      if (listener instanceof AttemptHeaders tracing) {
        tracing.headers(request, ENDPOINT);
      }
      listener.attempted(request, outcome);
      listener.finished(request, result);
    }
    return (THREADS.getCurrentThreadCpuTime() - begin) / (double) requests;
  }

  /** Looks at what it is told, so that telling it is not optimized away. */
  private static final class Looking implements BatchListener {
    private volatile long told;

    @Override
    public void finished(RequestView request, ResultMessage result) {
      told = request.attempt() + (long) result.attempts();
    }

    @Override
    public String toString() {
      return "told " + told;
    }
  }

  private record Request(RequestMessage message) implements RequestView {
    @Override
    public String queue() {
      return "requests";
    }

    @Override
    public int attempt() {
      return 1;
    }
  }

  /** A processor of one queue that does nothing. */
  private static final class Still implements ProcessorView, PoolView, GateView {
    @Override
    public String name() {
      return "batch";
    }

    @Override
    public String transport() {
      return "none";
    }

    @Override
    public List<PoolView> pools() {
      return List.of(this);
    }

    @Override
    public Optional<BacklogReporter> backlogReporter() {
      return Optional.empty();
    }

    @Override
    public int settling() {
      return 0;
    }

    @Override
    public Optional<String> stall() {
      return Optional.empty();
    }

    @Override
    public boolean isPaused() {
      return false;
    }

    @Override
    public long userCodeFailures() {
      return 0;
    }

    @Override
    public ThreadFactory threads(String role) {
      return Thread::new;
    }

    @Override
    public List<String> queues() {
      return List.of("requests");
    }

    @Override
    public int concurrency() {
      return 8;
    }

    @Override
    public int inFlight() {
      return 0;
    }

    @Override
    public int buffered(String queue) {
      return 0;
    }

    @Override
    public GateView gate() {
      return this;
    }

    @Override
    public Optional<GateView> gate(String queue) {
      return Optional.empty();
    }

    @Override
    public double budget() {
      return 1;
    }

    @Override
    public Map<String, Double> measurements() {
      return Map.of();
    }

    @Override
    public long decisions(Verdict.Kind kind) {
      return 0;
    }
  }
}
