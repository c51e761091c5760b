package io.batchprocessor;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A processor in a process of its own that sends many requests at once. At each line on standard
 * input it says {@code inFlight N threads N heapMiB N}; when all are answered {@code succeeded N}.
 */
final class ManyInFlight {

  private ManyInFlight() {}

  /** Arguments: how many, and where to. */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    try (MemoryTransport queues = MemoryTransport.builder().capacity(count).build();
        BatchProcessor processor =
            BatchProcessor.builder()
                .transport(queues)
                .endpoint(URI.create(args[1]))
                .setting("http-client", args[2])
                .concurrency(count)
                .build()) {
      processor.start();
      List<CompletableFuture<ResultMessage>> submitted = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        RequestMessage request = Samples.request("request-" + i, Duration.ofHours(1));
        submitted.add(queues.submit(request));
      }
      if (System.in.read() >= 0) {
        System.gc();
        System.out.println(
            "inFlight %d threads %d heapMiB %d"
                .formatted(
                    processor.stats().inFlight(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20));
      }
      long succeeded =
          submitted.stream().map(CompletableFuture::join).filter(ResultMessage::isSuccess).count();
      System.out.println(
          "succeeded %d attempts %d"
              .formatted(
                  succeeded, submitted.stream().mapToInt(each -> each.join().attempts()).sum()));
    }
  }
}
