package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.ResponseObserver;
import com.google.api.gax.rpc.StreamController;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One {@code StreamingPull}: how much it may bring, and how it ends. */
final class PullStream implements ResponseObserver<StreamingPullResponse> {

  /** A broker that does not end a stream that was half-closed is left after this. */
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  private final PubSubClient client;
  private final Connection connection;
  private final StreamingPullRequest request;
  private final Listener listener;
  private final long begin = System.nanoTime();
  private final AtomicInteger unsettled = new AtomicInteger();
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
  private @Nullable ClientStream<StreamingPullRequest> sender;
  private volatile @Nullable StreamController controller;
  private volatile boolean closing;
  private final AtomicLong brought = new AtomicLong();
  private volatile long lastNanos = begin;

  /** Told what happens, one thing after the other, by the threads of the connection. */
  interface Listener {
    void brought(PullStream stream, List<ReceivedMessage> messages);

    /** Nothing comes any more; the failure is null if the broker said that all is well. */
    void ended(PullStream stream, @Nullable RuntimeException failure);
  }

  PullStream(
      PubSubClient client, Connection connection, StreamingPullRequest request, Listener listener) {
    this.client = client;
    this.connection = connection;
    this.request = request;
    this.listener = listener;
  }

  void start() {
    try {
      synchronized (this) {
        if (!closing) {
          sender = client.streamingPull(request.getSubscription(), this);
          sender.send(request);
          return;
        }
      }
    } catch (RuntimeException e) {
      end(e);
      return;
    }
    end(null);
  }

  /** Asks for nothing more; what was sent before still comes, then the end. */
  void halfClose() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      if (sender == null) {
        return;
      }
      sender.closeSend();
    }
    connection.later(LONGEST_END, this::cancel);
  }

  private void cancel() {
    @Nullable StreamController running = controller;
    if (running != null && !over.isDone()) {
      running.cancel();
    }
  }

  boolean isOpen() {
    return !closing;
  }

  boolean isClosing() {
    return closing;
  }

  /** Done when the end was told. */
  CompletableFuture<?> over() {
    return over;
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** How many of its messages may be unsettled. */
  long window() {
    return request.getMaxOutstandingMessages();
  }

  /** Whether it may bring nothing until something that it brought is settled. */
  boolean isFull() {
    return unsettled.get() >= window();
  }

  /** Whether it brought as much as its window holds once, and nothing for so long. */
  boolean isSilent(Duration length) {
    return brought.get() >= window() && System.nanoTime() - lastNanos > length.toNanos();
  }

  /** So many came. */
  void brought(int count) {
    lastNanos = System.nanoTime();
    brought.addAndGet(count);
    // What is settled may be replaced before we hear that it is: that is not meant.
    if (unsettled.addAndGet(count) > 2 * window()) {
      halfClose();
    }
  }

  /** So many of its messages are settled. */
  void left(int count) {
    unsettled.addAndGet(-count);
  }

  @Override
  public void onStart(StreamController started) {
    controller = started;
    started.disableAutoInboundFlowControl();
    started.request(1);
  }

  @Override
  public void onResponse(StreamingPullResponse response) {
    client.answered();
    listener.brought(this, response.getReceivedMessagesList());
    @Nullable StreamController running = controller;
    if (running != null) {
      running.request(1);
    }
  }

  @Override
  public void onError(Throwable thrown) {
    end(client.failed("pull from", request.getSubscription(), thrown));
  }

  @Override
  public void onComplete() {
    end(null);
  }

  private void end(@Nullable RuntimeException failure) {
    listener.ended(this, failure);
    over.complete(null);
  }
}
