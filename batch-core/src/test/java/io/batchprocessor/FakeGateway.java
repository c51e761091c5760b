package io.batchprocessor;

import static org.awaitility.Awaitility.await;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * An HTTP client without HTTP: what the engine sends stays open until the test answers it, or until
 * {@link #answering} says how.
 */
final class FakeGateway implements InferenceClient, InferenceClientProvider {

  private final List<Exchange> exchanges = Collections.synchronizedList(new ArrayList<>());
  private volatile Function<InferenceRequest, CompletableFuture<InferenceResponse>> behaviour =
      request -> new CompletableFuture<>();
  private volatile boolean closed;

  /** One attempt as the gateway sees it. */
  record Exchange(InferenceRequest request, CompletableFuture<InferenceResponse> future) {

    String id() {
      return request.headers().get("Idempotency-Key");
    }

    void answer(int status, String body) {
      future.complete(response(status, body));
    }

    void answer(int status, String body, Map<String, String> headers) {
      future.complete(new InferenceResponse(status, headers, Bytes.utf8(body)));
    }

    void fail(Throwable failure) {
      future.completeExceptionally(failure);
    }

    boolean isAborted() {
      return future.isCancelled();
    }
  }

  static InferenceResponse response(int status, String body) {
    return new InferenceResponse(status, Map.of(), Bytes.utf8(body));
  }

  static CompletableFuture<InferenceResponse> answer(int status, String body) {
    return CompletableFuture.completedFuture(response(status, body));
  }

  /** A gateway that answers everything at once. */
  static FakeGateway thatAnswers(int status, String body) {
    return new FakeGateway().answering(request -> answer(status, body));
  }

  /** From now on, what happens to a request. */
  FakeGateway answering(Function<InferenceRequest, CompletableFuture<InferenceResponse>> how) {
    this.behaviour = how;
    return this;
  }

  @Override
  public CompletableFuture<InferenceResponse> send(InferenceRequest request) {
    CompletableFuture<InferenceResponse> future = behaviour.apply(request);
    exchanges.add(new Exchange(request, future));
    return future;
  }

  /** Every attempt so far, in order. */
  List<Exchange> exchanges() {
    synchronized (exchanges) {
      return List.copyOf(exchanges);
    }
  }

  /** Waits until so many attempts have been begun in all; gives the last of them. */
  Exchange awaitExchange(int count) {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> exchanges.size() >= count);
    return exchanges.get(count - 1);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public String id() {
    return "fake";
  }

  @Override
  public InferenceClient create(InferenceClientContext context) {
    return this;
  }

  @Override
  public void close() {
    closed = true;
  }
}
