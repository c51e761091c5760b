package io.batchprocessor.gcp.pubsub;

import com.google.iam.v1.IAMPolicyGrpc;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.iam.v1.TestIamPermissionsResponse;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsResponse;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.SchemaSettings;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC services of Pub/Sub in this process, which answer as they are told: for what the
 * emulator does not do, or not on demand. Redelivers nothing.
 */
final class FakePubSub implements AutoCloseable {

  /** Answers of {@code Subscription} and topic by full name; what is not here does not exist. */
  final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

  final Set<String> topics = ConcurrentHashMap.newKeySet();

  /** Topics that take only what keeps to a schema; it is {@link #publishing} that refuses. */
  final Set<String> withSchema = ConcurrentHashMap.newKeySet();

  /** Resources that we may not look at. */
  final Set<String> hidden = ConcurrentHashMap.newKeySet();

  /** Resources of which nobody tells us whether we have a permission. */
  final Set<String> invisible = ConcurrentHashMap.newKeySet();

  /** Resources on which we have no permission. */
  final Set<String> forbidden = ConcurrentHashMap.newKeySet();

  /** Whether a pull that finds nothing is answered at once, and not when there is something. */
  volatile boolean impatient;

  private final Queue<ReceivedMessage> messages = new ArrayDeque<>();
  private final Queue<StreamObserver<PullResponse>> waiting = new ArrayDeque<>();
  final List<PullRequest> pulls = new CopyOnWriteArrayList<>();
  final List<FakeStream> streams = new CopyOnWriteArrayList<>();

  /** What the next stream ends with, when it is opened; null: it stays. */
  volatile io.grpc.@Nullable Status refusingStreams;

  final List<AcknowledgeRequest> acknowledgements = new CopyOnWriteArrayList<>();
  final List<ModifyAckDeadlineRequest> modifications = new CopyOnWriteArrayList<>();
  final List<PublishRequest> publications = new CopyOnWriteArrayList<>();

  /** What an acknowledgement fails with; null: it does not. */
  volatile Function<AcknowledgeRequest, @Nullable StatusRuntimeException> acknowledging =
      request -> null;

  /** What a call for leases fails with; null: it does not. */
  volatile Function<ModifyAckDeadlineRequest, @Nullable StatusRuntimeException> modifying =
      request -> null;

  /** What a publication fails with; null: it does not. */
  volatile Function<PublishRequest, @Nullable StatusRuntimeException> publishing = request -> null;

  private final Server server;
  private final int port;

  FakePubSub() {
    try {
      server =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .addService(new Subscribing())
              .addService(new Publishing())
              .addService(new Permissions())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port = server.getPort();
  }

  String endpoint() {
    return "http://localhost:" + port;
  }

  /** Delivers messages of an old time, with ids by their ack ids. */
  void deliver(String body, String... ackIds) {
    deliver(
        Arrays.stream(ackIds)
            .map(
                ackId ->
                    ReceivedMessage.newBuilder()
                        .setAckId(ackId)
                        .setMessage(
                            PubsubMessage.newBuilder()
                                .setData(ByteString.copyFromUtf8(body))
                                .setMessageId("id-of-" + ackId)
                                .setPublishTime(Timestamp.newBuilder().setSeconds(1_700_000_000)))
                        .build())
            .toArray(ReceivedMessage[]::new));
  }

  /** Puts messages where the next pull, or one that waits, finds them. */
  void deliver(ReceivedMessage... more) {
    synchronized (this) {
      messages.addAll(List.of(more));
      if (!waiting.isEmpty()) {
        answerPull(more.length, waiting.remove());
      }
    }
    // Not under the lock: a stream takes messages under its own.
    streams.forEach(FakeStream::send);
  }

  /** At most so many of what nobody has yet. */
  private synchronized List<ReceivedMessage> take(int max) {
    List<ReceivedMessage> taken = new ArrayList<>();
    while (taken.size() < max && !messages.isEmpty()) {
      taken.add(messages.remove());
    }
    return taken;
  }

  /** How many messages nobody has. */
  synchronized int backlog() {
    return messages.size();
  }

  private synchronized void pull(int max, StreamObserver<PullResponse> observer) {
    if (messages.isEmpty() && !impatient) {
      waiting.add(observer);
    } else {
      answerPull(max, observer);
    }
  }

  private void answerPull(int max, StreamObserver<PullResponse> observer) {
    answer(PullResponse.newBuilder().addAllReceivedMessages(take(max)).build(), null, observer);
  }

  /** What an exactly-once subscription says. */
  static StatusRuntimeException ackIdFailures(Map<String, String> reasons) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("EXACTLY_ONCE_ACKID_FAILURE")
                        .setDomain("pubsub.googleapis.com")
                        .putAllMetadata(reasons)
                        .build()))
            .build());
  }

  private <T> void look(String name, boolean there, Supplier<T> value, StreamObserver<T> observer) {
    if (hidden.contains(name)) {
      observer.onError(io.grpc.Status.PERMISSION_DENIED.asRuntimeException());
    } else if (!there) {
      observer.onError(io.grpc.Status.NOT_FOUND.asRuntimeException());
    } else {
      answer(value.get(), null, observer);
    }
  }

  private static <T> void answer(
      T value, @Nullable StatusRuntimeException failure, StreamObserver<T> observer) {
    if (failure != null) {
      observer.onError(failure);
    } else {
      observer.onNext(value);
      observer.onCompleted();
    }
  }

  private final class Subscribing extends SubscriberGrpc.SubscriberImplBase {
    @Override
    public void getSubscription(
        GetSubscriptionRequest request, StreamObserver<Subscription> observer) {
      String name = request.getSubscription();
      look(name, subscriptions.containsKey(name), () -> subscriptions.get(name), observer);
    }

    @Override
    public void pull(PullRequest request, StreamObserver<PullResponse> observer) {
      pulls.add(request);
      FakePubSub.this.pull(request.getMaxMessages(), observer);
    }

    @Override
    public StreamObserver<StreamingPullRequest> streamingPull(
        StreamObserver<StreamingPullResponse> observer) {
      FakeStream stream = new FakeStream(observer, FakePubSub.this::take, refusingStreams);
      streams.add(stream);
      return stream;
    }

    @Override
    public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> observer) {
      acknowledgements.add(request);
      answer(Empty.getDefaultInstance(), acknowledging.apply(request), observer);
      streams.forEach(stream -> stream.settled(request.getAckIdsList()));
    }

    @Override
    public void modifyAckDeadline(
        ModifyAckDeadlineRequest request, StreamObserver<Empty> observer) {
      modifications.add(request);
      answer(Empty.getDefaultInstance(), modifying.apply(request), observer);
      if (request.getAckDeadlineSeconds() == 0) {
        streams.forEach(stream -> stream.settled(request.getAckIdsList()));
      }
    }
  }

  private final class Publishing extends PublisherGrpc.PublisherImplBase {
    @Override
    public void getTopic(GetTopicRequest request, StreamObserver<Topic> observer) {
      String name = request.getTopic();
      Topic.Builder topic = Topic.newBuilder().setName(name);
      if (withSchema.contains(name)) {
        topic.setSchemaSettings(SchemaSettings.newBuilder().setSchema("projects/p/schemas/s"));
      }
      look(name, topics.contains(name), topic::build, observer);
    }

    @Override
    public void listTopicSubscriptions(
        ListTopicSubscriptionsRequest request,
        StreamObserver<ListTopicSubscriptionsResponse> observer) {
      answer(ListTopicSubscriptionsResponse.getDefaultInstance(), null, observer);
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> observer) {
      @Nullable StatusRuntimeException failure = publishing.apply(request);
      if (failure == null) {
        publications.add(request);
      }
      answer(PublishResponse.getDefaultInstance(), failure, observer);
    }
  }

  private final class Permissions extends IAMPolicyGrpc.IAMPolicyImplBase {
    @Override
    public void testIamPermissions(
        TestIamPermissionsRequest request, StreamObserver<TestIamPermissionsResponse> observer) {
      if (invisible.contains(request.getResource())) {
        observer.onError(
            io.grpc.Status.PERMISSION_DENIED
                .withDescription("the API is disabled")
                .asRuntimeException());
        return;
      }
      TestIamPermissionsResponse.Builder granted = TestIamPermissionsResponse.newBuilder();
      if (!forbidden.contains(request.getResource())) {
        granted.addAllPermissions(request.getPermissionsList());
      }
      answer(granted.build(), null, observer);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
