package io.batchprocessor.examples.bench;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The baseline: the same HTTP client, the same number in flight, and nothing else. Each answer
 * sends the next request.
 */
final class BareLoop {

  private final InferenceClient client;
  private final InferenceRequest request;
  private final AtomicLong toSend;
  private final CountDownLatch answered;
  private final AtomicLong failed = new AtomicLong();

  private BareLoop(InferenceClient client, URI uri, Bytes payload, int requests) {
    this.client = client;
    this.request =
        new InferenceRequest(
            uri,
            Map.of("Idempotency-Key", "r-1234567", "x-gateway-inference-objective", "batch"),
            payload,
            Duration.ofMinutes(1));
    this.toSend = new AtomicLong(requests);
    this.answered = new CountDownLatch(requests);
  }

  /** Sends so many requests; returns how many of them failed. */
  static long run(InferenceClient client, URI uri, Bytes payload, int inFlight, int requests)
      throws InterruptedException {
    BareLoop loop = new BareLoop(client, uri, payload, requests);
    for (int i = 0; i < inFlight; i++) {
      loop.next();
    }
    loop.answered.await();
    return loop.failed.get();
  }

  private void next() {
    if (toSend.decrementAndGet() < 0) {
      return;
    }
    var unused =
        client
            .send(request)
            .whenComplete(
                (response, failure) -> {
                  if (failure != null || response.statusCode() != 200) {
                    failed.incrementAndGet();
                  }
                  answered.countDown();
                  next();
                });
  }
}
