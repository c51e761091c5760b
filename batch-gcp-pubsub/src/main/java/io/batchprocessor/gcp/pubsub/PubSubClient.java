package io.batchprocessor.gcp.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.ResponseObserver;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The six calls of Pub/Sub that move messages, each asynchronous, none repeated. */
final class PubSubClient {

  private final Connection connection;
  private volatile boolean unreachable;

  PubSubClient(Connection connection) {
    this.connection = connection;
  }

  void checkOpen() {
    connection.checkOpen();
  }

  /** Waits in the broker for the first of at most {@code max} messages. */
  CompletableFuture<List<ReceivedMessage>> pull(String subscription, int max) {
    PullRequest request =
        PullRequest.newBuilder().setSubscription(subscription).setMaxMessages(max).build();
    return call(
            "pull from",
            subscription,
            () -> connection.subscriber().pullCallable().futureCall(request))
        .thenApply(response -> response.getReceivedMessagesList());
  }

  /**
   * Opens a stream; what it brings, and its end, are told to the observer.
   *
   * @see #failed for what its end is to be reported as
   */
  ClientStream<StreamingPullRequest> streamingPull(
      String subscription, ResponseObserver<StreamingPullResponse> observer) {
    checkReachable();
    return connection
        .subscriber()
        .streamingPullCallable()
        .splitCall(
            observer,
            // By which Google's front end finds the subscription: unary calls carry it by
            // themselves.
            GrpcCallContext.createDefault()
                .withExtraHeaders(
                    Map.of("x-goog-request-params", List.of("subscription=" + subscription))));
  }

  /** The broker spoke. */
  void answered() {
    unreachable = false;
  }

  /** What a failed call is to be reported as: with what it was for. */
  PubSubException failed(String what, String resource, Throwable thrown) {
    unreachable =
        thrown instanceof ApiException e && e.getStatusCode().getCode() == Code.UNAVAILABLE;
    return new PubSubException(
        "%s %s failed: %s".formatted(what, resource, reason(thrown)), thrown);
  }

  /**
   * Tries to connect anew if the broker was out of reach.
   *
   * @throws IllegalStateException if calls are answered no more
   */
  private void checkReachable() {
    if (connection.isCut()) {
      throw new IllegalStateException("the transport to Pub/Sub is closed");
    }
    if (unreachable) {
      connection.reconnect();
    }
  }

  CompletableFuture<AckAnswer> acknowledge(String subscription, List<String> ackIds) {
    return aboutAckIds(
        "acknowledge to",
        subscription,
        ackIds,
        some ->
            connection
                .subscriber()
                .acknowledgeCallable()
                .futureCall(
                    AcknowledgeRequest.newBuilder()
                        .setSubscription(subscription)
                        .addAllAckIds(some)
                        .build()));
  }

  /**
   * Lets leases end so long from now.
   *
   * @param seconds from 0, which hands the messages back, to 600
   */
  CompletableFuture<AckAnswer> modifyAckDeadline(
      String subscription, List<String> ackIds, int seconds) {
    return aboutAckIds(
        "extend leases of",
        subscription,
        ackIds,
        some ->
            connection
                .subscriber()
                .modifyAckDeadlineCallable()
                .futureCall(
                    ModifyAckDeadlineRequest.newBuilder()
                        .setSubscription(subscription)
                        .addAllAckIds(some)
                        .setAckDeadlineSeconds(seconds)
                        .build()));
  }

  /** Done when the messages are stored. All must have the same ordering key. */
  CompletableFuture<PublishResponse> publish(String topic, List<PubsubMessage> messages) {
    PublishRequest request =
        PublishRequest.newBuilder().setTopic(topic).addAllMessages(messages).build();
    return call(
        "publish to", topic, () -> connection.publisher().publishCallable().futureCall(request));
  }

  /** The outcome of a call, for a thread that has nothing else to do. */
  static <T> T await(CompletableFuture<T> call) {
    try {
      return call.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PubSubException("interrupted while waiting for Pub/Sub", e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /** What a failed call is to be reported as. */
  static RuntimeException failure(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new PubSubException("Pub/Sub: " + cause, cause);
  }

  /** The status that Pub/Sub answered with; null if it is none of Pub/Sub's. */
  static @Nullable Code status(Throwable thrown) {
    Throwable cause = failure(thrown);
    while (cause != null && !(cause instanceof ApiException)) {
      cause = cause.getCause();
    }
    return cause instanceof ApiException answer ? answer.getStatusCode().getCode() : null;
  }

  private CompletableFuture<AckAnswer> aboutAckIds(
      String what,
      String subscription,
      List<String> ackIds,
      Function<List<String>, ApiFuture<?>> request) {
    return call(what, subscription, () -> request.apply(ackIds))
        .thenApply(answer -> AckAnswer.ALL_WELL)
        .exceptionallyCompose(
            thrown -> {
              @Nullable AckAnswer each = AckAnswer.find(failure(thrown).getCause());
              if (each != null) {
                return CompletableFuture.completedFuture(each);
              }
              if (status(thrown) != Code.INVALID_ARGUMENT) {
                return CompletableFuture.failedFuture(failure(thrown));
              }
              // One of them is at fault, and the broker does not say which.
              if (ackIds.size() == 1) {
                return CompletableFuture.completedFuture(
                    new AckAnswer(Set.copyOf(ackIds), Set.of()));
              }
              int half = ackIds.size() / 2;
              return aboutAckIds(what, subscription, ackIds.subList(0, half), request)
                  .thenCombine(
                      aboutAckIds(what, subscription, ackIds.subList(half, ackIds.size()), request),
                      AckAnswer::and);
            });
  }

  private interface Call<T> {
    ApiFuture<T> begin();
  }

  private <T> CompletableFuture<T> call(String what, String resource, Call<? extends T> call) {
    try {
      checkReachable();
    } catch (IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    ApiFutures.addCallback(
        call.begin(),
        new ApiFutureCallback<T>() {
          @Override
          public void onSuccess(T answer) {
            answered();
            done.complete(answer);
          }

          @Override
          public void onFailure(Throwable thrown) {
            done.completeExceptionally(failed(what, resource, thrown));
          }
        },
        MoreExecutors.directExecutor());
    return done;
  }

  /** The words of an answer, in one line, with the role that it asks for. */
  static String reason(Throwable thrown) {
    List<String> texts = new ArrayList<>();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage()).lines().findFirst().orElse("").strip();
      if (!text.isEmpty() && texts.stream().noneMatch(seen -> seen.contains(text))) {
        texts.removeIf(text::contains);
        texts.add(text);
      }
    }
    return String.join(": ", texts);
  }
}
