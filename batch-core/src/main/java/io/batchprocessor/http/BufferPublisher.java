package io.batchprocessor.http;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** Publishes one buffer as a request's body, without copying it. */
final class BufferPublisher implements HttpRequest.BodyPublisher {

  private final ByteBuffer buffer;

  BufferPublisher(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  @Override
  public long contentLength() {
    return buffer.remaining();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(
        new Flow.Subscription() {
          private final AtomicBoolean over = new AtomicBoolean();

          @Override
          public void request(long count) {
            if (!over.compareAndSet(false, true)) {
              return;
            }
            if (count <= 0) {
              subscriber.onError(
                  new IllegalArgumentException("request: count must be above 0, is " + count));
              return;
            }
            subscriber.onNext(buffer.duplicate());
            subscriber.onComplete();
          }

          @Override
          public void cancel() {
            over.set(true);
          }
        });
  }
}
