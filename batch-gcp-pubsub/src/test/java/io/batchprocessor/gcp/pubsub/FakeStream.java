package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A streaming pull that keeps to its window, as Pub/Sub does and the emulator does not. */
final class FakeStream implements StreamObserver<StreamingPullRequest> {

  private final StreamObserver<StreamingPullResponse> client;
  private final IntFunction<List<ReceivedMessage>> backlog;
  private final @Nullable Status refusal;
  private final Set<String> unsettled = new HashSet<>();
  private @Nullable StreamingPullRequest opening;
  private boolean halfClosed;
  private boolean over;
  private int most;

  FakeStream(
      StreamObserver<StreamingPullResponse> client,
      IntFunction<List<ReceivedMessage>> backlog,
      @Nullable Status refusal) {
    this.client = client;
    this.backlog = backlog;
    this.refusal = refusal;
  }

  @Override
  public synchronized void onNext(StreamingPullRequest request) {
    if (opening == null) {
      opening = request;
    }
    if (refusal != null) {
      end(refusal);
    }
    send();
  }

  /** Sends what there is room for. */
  synchronized void send() {
    if (opening == null || over) {
      return;
    }
    List<ReceivedMessage> messages =
        backlog.apply((int) opening.getMaxOutstandingMessages() - unsettled.size());
    if (!messages.isEmpty()) {
      messages.forEach(message -> unsettled.add(message.getAckId()));
      most = Math.max(most, unsettled.size());
      client.onNext(StreamingPullResponse.newBuilder().addAllReceivedMessages(messages).build());
    }
  }

  synchronized void settled(Collection<String> ackIds) {
    if (unsettled.removeAll(Set.copyOf(ackIds))) {
      send();
    }
  }

  /** Ends it as the service does from time to time. */
  synchronized void end(Status status) {
    if (!over) {
      over = true;
      client.onError(status.asRuntimeException());
    }
  }

  synchronized StreamingPullRequest opening() {
    return java.util.Objects.requireNonNull(opening);
  }

  synchronized boolean isHalfClosed() {
    return halfClosed;
  }

  /** The most of its messages that were unsettled at once. */
  synchronized int most() {
    return most;
  }

  @Override
  public synchronized void onError(Throwable thrown) {
    over = true;
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    if (!over) {
      over = true;
      client.onCompleted();
    }
  }
}
