package io.batchprocessor.examples.demo;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.Failure;
import io.batchprocessor.examples.gateway.SimulatedGateway;
import io.batchprocessor.examples.traffic.LiveRequest;
import io.batchprocessor.examples.traffic.LiveTraffic;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The main job in one process: a simulated gateway, live traffic of a day that takes seconds, a
 * queue in memory, and a batch processor whose gate reads the gateway's metrics and fills what live
 * traffic leaves. What live traffic felt is told beside what the same requests feel at a second
 * gateway that has no batch.
 */
public final class Demo {

  private static final int SLOTS = 40;
  private static final int QUEUE_LIMIT = 64;
  private static final double FAILURE_RATE = 0.03;
  private static final int CONCURRENCY = 32;

  /** The share of the slots that batch leaves free, for live requests that come all at once. */
  private static final double KEPT_FREE = 0.3;

  private static final DayCurve DAY = new DayCurve(Duration.ofSeconds(14), 4, 29);
  private static final long SEED = 7;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(25);
  private static final Duration LAST_ANSWERS = Duration.ofMinutes(1);
  private static final int MAX_RESULTS = 1_000;

  private final PrintStream out;
  private final List<LiveRequest> day = DAY.requests(SEED);
  private final ResultTally results = new ResultTally();
  private final Cracks cracks = new Cracks();

  /** A demonstration that tells {@code out} what it does; to be run once. */
  public Demo(PrintStream out) {
    this.out = out;
  }

  /**
   * Settings of the demonstration that differ from the processor's defaults; whatever a user sets
   * comes after them.
   */
  public static void preset(BatchProcessorBuilder builder) {
    builder
        .setting(ProcessorSettings.CONCURRENCY.key(), Integer.toString(CONCURRENCY))
        .setting(ProcessorSettings.INFERENCE_OBJECTIVE.key(), "batch")
        .setting("backoff.base", "500ms")
        .setting("backoff.cap", "2s")
        .setting(ProcessorSettings.GATE.key(), "scrape")
        .setting("gate.scrape.metric", "vllm:num_requests_running")
        .setting("gate.scrape.per-pod", Integer.toString(SLOTS))
        .setting("gate.scrape.baseline", Double.toString(KEPT_FREE))
        .setting("gate.scrape.every", "100ms")
        // On a machine that is far too busy the demonstration is slow, but goes on.
        .setting("gate.scrape.timeout", "10s")
        .setting("gate.scrape.max-age", "10s");
  }

  /**
   * Runs it.
   *
   * @param builder the processor's settings; transport, endpoint and the gate's page are the
   *     demonstration's own
   * @throws IOException if a gateway can't listen
   */
  public void run(BatchProcessorBuilder builder) throws IOException, InterruptedException {
    LatencyListener latencies = new LatencyListener();
    List<Bytes> requests = SampleRequests.all(Instant.now());
    try (SimulatedGateway gateway = gateway().failureRate(Failure.ERROR, FAILURE_RATE).start();
        SimulatedGateway withoutBatch = gateway().start();
        LiveTraffic live = new LiveTraffic("live-traffic", gateway.uri(), day);
        LiveTraffic alone = new LiveTraffic("live-traffic-alone", withoutBatch.uri(), day);
        MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            builder
                .transport(queues)
                .endpoint(gateway.uri().resolve("/v1/completions"))
                .setting("gate.scrape.url", gateway.uri().resolve("/metrics").toString())
                .listener(latencies)
                .build()) {
      introduce(gateway, requests.size());
      queues.submit(queues.requestQueues().get(0).name(), requests);
      long begin = System.nanoTime();
      live.start(begin);
      alone.start(begin);
      processor.start();
      watch(requests.size(), queues, processor, live);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      alone.await(LAST_ANSWERS);
      new Summary(results, processor.stats(), latencies, took).print(out);
      new LiveSummary(live, alone, cracks, results.tokens(), gateway.snapshot().generatedTokens())
          .print(out);
      out.printf("%n  Without a gate: --gate constant --concurrency 64%n");
    }
  }

  private static SimulatedGateway.Builder gateway() {
    EngineSettings engine = EngineSettings.h100();
    return SimulatedGateway.builder()
        .engine(
            new EngineSettings(
                engine.costs(),
                SLOTS,
                engine.batchedTokens(),
                engine.kvCacheTokens(),
                engine.modelTokens(),
                QUEUE_LIMIT,
                engine.scheduling()));
  }

  private void introduce(SimulatedGateway gateway, int requests) {
    out.printf("Batch processor: a demonstration in one process (--help lists what it can do)%n%n");
    out.printf("  batch      %d sample requests in an in-memory queue%n", requests);
    out.printf("  live       %d requests, a day in %d s%n", day.size(), DAY.length().toSeconds());
    out.printf(
        "  gateway    simulated, %s: %d slots, %d may wait%n", gateway.uri(), SLOTS, QUEUE_LIMIT);
    out.printf("  baseline   the same live requests at a second gateway, without batch%n%n");
  }

  /** Until every batch request has its result, and every live one its answer. */
  private void watch(int total, MemoryTransport queues, BatchProcessor processor, LiveTraffic live)
      throws InterruptedException {
    try (DayChart chart = DayChart.on(out, total)) {
      while (results.total() < total || !live.await(Duration.ZERO)) {
        queues.takeResults(MAX_RESULTS, LOOK_AGAIN).forEach(results::add);
        int batch = processor.stats().inFlight();
        chart.sample(live.inFlight(), batch, results.total());
        if (results.total() < total) {
          cracks.sample(live.inFlight(), batch);
        }
      }
    }
  }
}
