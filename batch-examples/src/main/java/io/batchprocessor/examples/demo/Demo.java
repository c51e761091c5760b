package io.batchprocessor.examples.demo;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.Stats;
import io.batchprocessor.examples.console.Progress;
import io.batchprocessor.examples.console.ProgressLine;
import io.batchprocessor.examples.gateway.EngineSettings;
import io.batchprocessor.examples.gateway.Failure;
import io.batchprocessor.examples.gateway.SimulatedGateway;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The main job in one process: a simulated gateway, a queue in memory, and a batch processor in
 * between, which sends more than the gateway has room for, so that some requests are shed and come
 * back.
 */
public final class Demo {

  private static final int SLOTS = 12;
  private static final int QUEUE_LIMIT = 8;
  private static final double TIME_SCALE = 2;
  private static final double FAILURE_RATE = 0.03;
  private static final int CONCURRENCY = 24;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final int MAX_RESULTS = 1_000;

  private final PrintStream out;

  /** A demonstration that tells {@code out} what it does. */
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
        .setting("backoff.cap", "2s");
  }

  /**
   * Runs it.
   *
   * @param builder the processor's settings; transport and endpoint are the demonstration's own
   * @throws IOException if the gateway can't listen
   */
  public void run(BatchProcessorBuilder builder) throws IOException, InterruptedException {
    LatencyListener latencies = new LatencyListener();
    List<Bytes> requests = SampleRequests.all(Instant.now());
    try (SimulatedGateway gateway = gateway();
        MemoryTransport queues = MemoryTransport.builder().build();
        BatchProcessor processor =
            builder
                .transport(queues)
                .endpoint(gateway.uri().resolve("/v1/completions"))
                .listener(latencies)
                .build()) {
      introduce(gateway, requests.size());
      queues.submit(queues.requestQueues().get(0).name(), requests);
      long begin = System.nanoTime();
      processor.start();
      ResultTally results = await(requests.size(), queues, processor);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      Stats stats = processor.stats();
      new Summary(results, stats, latencies, took).print(out);
    }
  }

  private static SimulatedGateway gateway() throws IOException {
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
                engine.scheduling()))
        .timeScale(TIME_SCALE)
        .failureRate(Failure.ERROR, FAILURE_RATE)
        .start();
  }

  private void introduce(SimulatedGateway gateway, int requests) {
    out.printf("Batch processor: a demonstration in one process (--help lists what it can do)%n%n");
    out.printf("  requests   %d samples in an in-memory queue%n", requests);
    out.printf(
        "  gateway    simulated, %s: %d slots, %d may wait%n%n", gateway.uri(), SLOTS, QUEUE_LIMIT);
  }

  private ResultTally await(int total, MemoryTransport queues, BatchProcessor processor)
      throws InterruptedException {
    ResultTally results = new ResultTally();
    try (ProgressLine line = ProgressLine.on(out)) {
      while (results.total() < total) {
        queues.takeResults(MAX_RESULTS, LOOK_AGAIN).forEach(results::add);
        line.show(Progress.of(results.total(), total, processor.stats()));
      }
    }
    return results;
  }
}
