package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** One exchange over {@code java.net.http}, from the slot that it waits for to its answer. */
final class JdkExchange extends Exchange {

  private final HttpClient http;
  private final Slots slots;
  private final HttpRequest message;

  // Guarded by this.
  private @Nullable CompletableFuture<?> call;
  private boolean over;

  JdkExchange(
      InferenceRequest request,
      InferenceClientContext context,
      InFlight inFlight,
      HttpClient http,
      Slots slots) {
    super(request, context.connectTimeout(), context.maxResponseBytes(), inFlight);
    this.http = http;
    this.slots = slots;
    this.message = message(request);
  }

  private static HttpRequest message(InferenceRequest request) {
    HttpRequest.Builder message = HttpRequest.newBuilder(request.uri());
    RequestHeaders.forEach(request.headers(), message::setHeader);
    return message.POST(new BufferPublisher(request.body().asByteBuffer())).build();
  }

  /** Goes on its way; it has a slot, and gives it back at the end. */
  void start() {
    if (isDone()) {
      slots.leave();
      return;
    }
    CompletableFuture<HttpResponse<Boolean>> sent;
    try {
      sent = http.sendAsync(message, this::receive);
    } catch (RuntimeException | Error e) {
      slots.leave();
      fail(e);
      return;
    }
    boolean late;
    synchronized (this) {
      call = sent;
      late = over;
    }
    if (late) {
      sent.cancel(true);
    }
    var unused = sent.whenComplete(this::ended);
  }

  @Override
  void abort() {
    CompletableFuture<?> begun;
    synchronized (this) {
      over = true;
      begun = call;
    }
    if (begun != null) {
      // This very future: cancelling one that depends on it aborts nothing.
      begun.cancel(true);
    }
  }

  private void ended(@Nullable HttpResponse<Boolean> answer, @Nullable Throwable failure) {
    try {
      slots.leave();
    } finally {
      if (failure == null) {
        answerEnds();
      } else {
        Throwable cause = failure.getCause();
        fail(failure instanceof CompletionException && cause != null ? cause : failure);
      }
    }
  }

  private HttpResponse.BodySubscriber<Boolean> receive(HttpResponse.ResponseInfo head) {
    try {
      HttpHeaders headers = head.headers();
      AnswerHeaders.Builder copy = new AnswerHeaders.Builder(headers.map().size());
      headers.map().forEach((name, values) -> copy.add(name, values.get(0)));
      long announced = headers.firstValueAsLong("content-length").orElse(-1);
      return new Receiver(answerBegins(head.statusCode(), copy.build(), announced));
    } catch (NumberFormatException e) {
      return new Receiver(new IOException("Content-Length is not a number", e));
    } catch (IOException | RuntimeException | Error e) {
      return new Receiver(e);
    }
  }

  /** Takes the body in. */
  private static final class Receiver implements HttpResponse.BodySubscriber<Boolean> {

    private final CompletableFuture<Boolean> whole = new CompletableFuture<>();
    private final @Nullable AnswerBody body;
    private Flow.@Nullable Subscription subscription;

    Receiver(AnswerBody body) {
      this.body = body;
    }

    /** Refuses the body. */
    Receiver(Throwable failure) {
      this.body = null;
      whole.completeExceptionally(failure);
    }

    @Override
    public CompletionStage<Boolean> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (body == null) {
        given.cancel();
      } else {
        given.request(Long.MAX_VALUE);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
      if (body == null || whole.isDone()) {
        return;
      }
      try {
        for (ByteBuffer part : parts) {
          body.append(part);
        }
      } catch (IOException | RuntimeException | Error e) {
        whole.completeExceptionally(e);
        if (subscription != null) {
          subscription.cancel();
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(true);
    }
  }
}
