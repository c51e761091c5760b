package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way and the answer that comes back: the future that {@code send} returns.
 *
 * <p>It ends once: with an answer, a failure, or cancelled. Cancelling it, or closing the client,
 * {@linkplain #abort aborts} what is on the wire.
 */
abstract class Exchange extends CompletableFuture<InferenceResponse> {

  /** What is sent. */
  final InferenceRequest request;

  private final Duration connectTimeout;
  private final int maxResponseBytes;
  private final InFlight inFlight;

  private int status;
  private @Nullable AnswerHeaders headers;
  private volatile @Nullable AnswerBody body;

  Exchange(
      InferenceRequest request, Duration connectTimeout, int maxResponseBytes, InFlight inFlight) {
    this.request = request;
    this.connectTimeout = connectTimeout;
    this.maxResponseBytes = maxResponseBytes;
    this.inFlight = inFlight;
  }

  /** Closes the connection, or whatever led to one; called once at most, by any thread. */
  abstract void abort();

  /**
   * Status and headers have come.
   *
   * @param announced the body's length, or -1
   * @throws IOException if the body is going to be too large
   */
  final AnswerBody answerBegins(int statusCode, AnswerHeaders answerHeaders, long announced)
      throws IOException {
    AnswerBody begun = new AnswerBody(statusCode, announced, maxResponseBytes);
    status = statusCode;
    headers = answerHeaders;
    body = begun;
    return begun;
  }

  /** The answer is whole. */
  final void answerEnds() {
    AnswerBody whole = body;
    if (whole == null || headers == null) {
      fail(new IOException("an answer without a head"));
      return;
    }
    try {
      InferenceResponse answer = new InferenceResponse(status, headers, whole.bytes());
      end(ContentCoding.unpack(answer, maxResponseBytes), null);
    } catch (IOException e) {
      end(null, e);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /**
   * No whole answer came, or comes; or something went wrong here, be it that memory ran out:
   * whoever waits is told at once, in the libraries' words if there is no room for ours.
   */
  final void fail(Throwable failure) {
    if (isDone()) {
      return;
    }
    try {
      end(null, FailureText.of(failure, request.uri(), connectTimeout, body));
    } catch (RuntimeException | Error e) {
      inFlight.remove(this);
      completeExceptionally(failure);
    }
  }

  /** The client closes. */
  final void clientCloses() {
    if (end(null, new IOException("the HTTP client was closed"))) {
      abort();
    }
  }

  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (inFlight.remove(this)) {
      abort();
    }
    return cancelled;
  }

  private boolean end(@Nullable InferenceResponse answer, @Nullable IOException failure) {
    inFlight.remove(this);
    return failure == null ? complete(answer) : completeExceptionally(failure);
  }
}
