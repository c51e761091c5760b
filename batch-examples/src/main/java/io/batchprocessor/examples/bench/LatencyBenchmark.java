package io.batchprocessor.examples.bench;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.RequestView;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How soon a processor with nothing to do begins: from start to the first dispatch in a fresh JVM,
 * and from submitting a request to its dispatch, one request at a time.
 */
public final class LatencyBenchmark {

  private static final int REQUESTS = 2_000;
  private static final int WARM_UP = 500;
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private LatencyBenchmark() {}

  /** Runs it. Takes no arguments. */
  public static void main(String[] args) throws Exception {
    System.out.println(Meter.machine());
    BlockingQueue<Long> dispatches = new LinkedBlockingQueue<>();
    BatchListener listener =
        new BatchListener() {
          @Override
          public void dispatched(RequestView request) {
            dispatches.add(System.nanoTime());
          }
        };
    try (LoopbackServer server = LoopbackServer.start(0, 1, Duration.ZERO);
        MemoryTransport queues = MemoryTransport.builder().build()) {
      long before = System.nanoTime();
      try (BatchProcessor processor =
          BatchProcessor.builder()
              .transport(queues)
              .endpoint(server.uri().resolve("/v1/completions"))
              .listener(listener)
              .build()) {
        processor.start();
        ask(queues, 0);
        long first = next(dispatches);
        System.out.printf(
            "start to first dispatch: %d ms (%d ms after the JVM began)%n",
            TimeUnit.NANOSECONDS.toMillis(first - before),
            System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
        Histogram idle = new Histogram(3);
        for (int i = 1; i <= WARM_UP + REQUESTS; i++) {
          LockSupport.parkNanos(PAUSE_NANOS);
          long submitted = System.nanoTime();
          ask(queues, i);
          if (i > WARM_UP) {
            idle.recordValue(next(dispatches) - submitted);
          } else {
            next(dispatches);
          }
        }
        System.out.printf(
            "submit to dispatch, idle: p50 %.0f µs, p99 %.0f µs, max %.0f µs (%,d requests)%n",
            idle.getValueAtPercentile(50) / 1e3,
            idle.getValueAtPercentile(99) / 1e3,
            idle.getMaxValue() / 1e3,
            idle.getTotalCount());
      }
    }
  }

  private static void ask(MemoryTransport queues, int number) {
    var unused =
        queues
            .submit(
                RequestMessage.builder("r-" + number)
                    .deadline(Instant.now().plusSeconds(60))
                    .payload("{\"model\":\"food-review\",\"prompt\":\"hi\"}")
                    .build())
            .thenAccept(LatencyBenchmark::check);
  }

  private static void check(ResultMessage result) {
    if (!result.isSuccess()) {
      throw new IllegalStateException(result.toString());
    }
  }

  private static long next(BlockingQueue<Long> dispatches) throws InterruptedException {
    Long nanos = dispatches.poll(30, TimeUnit.SECONDS);
    if (nanos == null) {
      throw new IllegalStateException("nothing was dispatched within 30 s");
    }
    return nanos;
  }
}
