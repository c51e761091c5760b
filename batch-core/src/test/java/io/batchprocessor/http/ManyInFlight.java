package io.batchprocessor.http;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Settings;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has many exchanges in flight together and says what they cost. Arguments: {@code apache} or
 * {@code jdk}, the gateway, how many, how often. Run by {@link ManyInFlightIT} with a small heap.
 */
final class ManyInFlight {

  /** How many are sent at a time: no more than the gateway's queue of connections takes. */
  static final int STEP = 1000;

  private ManyInFlight() {}

  public static void main(String[] args) throws Exception {
    InferenceClientProvider provider =
        args[0].equals("apache")
            ? new ApacheInferenceClientProvider()
            : new JdkInferenceClientProvider();
    URI gateway = URI.create(args[1]);
    int count = Integer.parseInt(args[2]);
    int rounds = Integer.parseInt(args[3]);
    Bytes body = Bytes.wrap(new byte[1000]);
    InferenceRequest request =
        new InferenceRequest(
            gateway, Map.of("Idempotency-Key", "one"), body, Duration.ofMinutes(5));
    try (InferenceClient client =
        provider.create(
            new InferenceClientContext(
                count, 1 << 20, Duration.ofSeconds(60), Thread::new, Settings.none()))) {
      long before = usedAfterGc();
      for (int round = 1; round <= rounds; round++) {
        List<CompletableFuture<InferenceResponse>> sent = new ArrayList<>(count);
        for (int i = 0; i < count - 1; i++) {
          if (i % STEP == 0) {
            awaitGo();
          }
          sent.add(client.send(request).whenComplete(ManyInFlight::endOnFailure));
        }
        // The gateway waits for the last one; whoever started this sees when it has all others.
        awaitGo();
        long each = (usedAfterGc() - before) / count;
        sent.add(client.send(request));
        for (CompletableFuture<InferenceResponse> one : sent) {
          if (one.get(2, TimeUnit.MINUTES).statusCode() != 200) {
            throw new AssertionError("not answered");
          }
        }
        System.out.printf(
            "%s round=%d inFlight=%d heapBytesEach=%d maxHeapMiB=%d peakThreads=%d%n",
            provider.id(),
            round,
            count,
            each,
            Runtime.getRuntime().maxMemory() >> 20,
            ManagementFactory.getThreadMXBean().getPeakThreadCount());
      }
    }
  }

  private static void awaitGo() throws IOException {
    if (System.in.read() < 0) {
      throw new EOFException("nobody said go");
    }
  }

  /** The gateway would wait for ever for those that failed. */
  private static void endOnFailure(
      @Nullable InferenceResponse answer, @Nullable Throwable failure) {
    if (failure != null) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static long usedAfterGc() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
