package io.batchprocessor.examples.bench;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.metrics.BatchMetrics;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Requests per second and CPU time per request: the processor over the in-memory transport, beside
 * a bare loop over the same HTTP client in the same run, and once more with metrics.
 */
public final class ThroughputBenchmark {

  private static final Bytes PAYLOAD =
      Bytes.utf8(
          "{\"model\":\"food-review\",\"prompt\":\"Say in one sentence what the best dish was, and"
              + " why.\",\"max_tokens\":64}");
  private static final int FEED = 128;

  /** How often the consumer looks for results, as one over a network would. */
  private static final long COLLECT_NANOS = 1_000_000;

  private final URI uri;
  private final int requests;
  private final int rounds;

  ThroughputBenchmark(URI uri, int requests, int rounds) {
    this.uri = uri;
    this.requests = requests;
    this.rounds = rounds;
  }

  /**
   * Runs it.
   *
   * @param args requests per round (500,000), rounds (5), the client ({@code apache}, {@code jdk}
   *     or {@code all}), URL of a server that answers at once (default: one of our own)
   */
  public static void main(String[] args) throws Exception {
    int requests = args.length > 0 ? Integer.parseInt(args[0]) : 500_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    String client = args.length > 2 ? args[2] : "all";
    System.out.println(Meter.machine());
    System.out.printf(
        "%,d requests a round, median of %d rounds after a warm-up%n", requests, rounds);
    System.out.printf(
        "%-8s %9s  %12s %8s  %12s %8s  %-16s  %12s %8s%n",
        "client",
        "in flight",
        "bare req/s",
        "CPU µs",
        "batch req/s",
        "CPU µs",
        "of the bare loop",
        "metrics req/s",
        "CPU µs");
    if (args.length > 3) {
      compareAll(new ThroughputBenchmark(URI.create(args[3]), requests, rounds), client);
    } else {
      try (LoopbackProcess server = LoopbackProcess.start()) {
        compareAll(new ThroughputBenchmark(server.uri(), requests, rounds), client);
      }
    }
  }

  private static void compareAll(ThroughputBenchmark benchmark, String client)
      throws InterruptedException {
    for (InferenceClientProvider provider : ServiceLoader.load(InferenceClientProvider.class)) {
      if (client.equals("all") || provider.id().equals(client)) {
        for (int inFlight : new int[] {64, 512}) {
          benchmark.compare(provider, inFlight);
        }
      }
    }
  }

  private void compare(InferenceClientProvider provider, int inFlight) throws InterruptedException {
    List<Meter.Reading> bare = new ArrayList<>();
    List<Meter.Reading> batch = new ArrayList<>();
    List<Meter.Reading> measured = new ArrayList<>();
    try (InferenceClient client = client(provider, inFlight)) {
      for (int round = 0; round <= rounds; round++) {
        Meter.Reading loop = bareLoop(client, inFlight);
        Meter.Reading processor = processor(provider, inFlight, List.of());
        Meter.Reading withMetrics = processor(provider, inFlight, List.of(metrics()));
        if (round > 0) {
          bare.add(loop);
          batch.add(processor);
          measured.add(withMetrics);
        }
      }
    }
    double ratio = median(batch, Meter.Reading::perSecond) / median(bare, Meter.Reading::perSecond);
    System.out.printf(
        "%-8s %9d  %,12.0f %8.1f  %,12.0f %8.1f  %14.0f %%  %,13.0f %8.1f%n",
        provider.id(),
        inFlight,
        median(bare, Meter.Reading::perSecond),
        median(bare, Meter.Reading::cpuMicros),
        median(batch, Meter.Reading::perSecond),
        median(batch, Meter.Reading::cpuMicros),
        100 * ratio,
        median(measured, Meter.Reading::perSecond),
        median(measured, Meter.Reading::cpuMicros));
  }

  private static BatchListener metrics() {
    return BatchMetrics.of(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  private Meter.Reading bareLoop(InferenceClient client, int inFlight) throws InterruptedException {
    Meter meter = new Meter();
    long failed = BareLoop.run(client, uri, PAYLOAD, inFlight, requests);
    check(failed == 0, failed + " requests of the bare loop failed");
    return meter.read(requests);
  }

  /** All requests of a round through a processor. */
  Meter.Reading processor(
      InferenceClientProvider provider, int inFlight, List<BatchListener> listeners)
      throws InterruptedException {
    BatchProcessorBuilder builder =
        BatchProcessor.builder()
            .endpoint(uri)
            .inferenceObjective("batch")
            .concurrency(inFlight)
            .inferenceClient(provider);
    listeners.forEach(builder::listener);
    try (MemoryTransport queues = MemoryTransport.builder().capacity(10_000).build();
        BatchProcessor processor = builder.transport(queues).build()) {
      processor.start();
      Meter meter = new Meter();
      Thread feeder = new Thread(() -> feed(queues), "feeder");
      feeder.start();
      int results = 0;
      while (results < requests) {
        List<Bytes> some = queues.takeResults(1_000, Duration.ofSeconds(30));
        check(!some.isEmpty(), "no result within 30 s: " + processor.stats());
        results += some.size();
        LockSupport.parkNanos(COLLECT_NANOS);
      }
      Meter.Reading reading = meter.read(requests);
      feeder.join();
      check(processor.stats().failed() == 0, processor.stats().toString());
      return reading;
    }
  }

  private void feed(MemoryTransport queues) {
    String payload = PAYLOAD.toUtf8();
    List<Bytes> some = new ArrayList<>(FEED);
    for (int i = 0; i < requests; i++) {
      some.add(
          Bytes.utf8(
              "{\"id\":\"r-" + i + "\",\"deadline\":9999999999,\"payload\":" + payload + "}"));
      if (some.size() == FEED || i == requests - 1) {
        queues.submit("requests", some);
        some.clear();
      }
    }
  }

  private static InferenceClient client(InferenceClientProvider provider, int inFlight) {
    return provider.create(
        new InferenceClientContext(
            inFlight,
            1 << 20,
            Duration.ofSeconds(10),
            task -> {
              Thread thread = new Thread(task, "bare-http");
              thread.setDaemon(true);
              return thread;
            },
            Settings.of(provider.settings(), Map.of())));
  }

  static double median(List<Meter.Reading> readings, ToDoubleFunction<Meter.Reading> figure) {
    double[] sorted = readings.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
