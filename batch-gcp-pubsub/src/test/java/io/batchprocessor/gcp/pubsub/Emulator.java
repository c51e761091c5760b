package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.batchprocessor.testkit.TcpProxy;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Google's Pub/Sub emulator, one for all tests of this JVM, and an administrator's view of it. What
 * it keeps, it keeps in memory: a broker that goes away and comes back with everything is played by
 * a {@link TcpProxy} before it.
 */
final class Emulator {

  static final String PROJECT = "test-project";

  static final String HOW_TO_GET_IT =
      "needs the Pub/Sub emulator: 'gcloud components install pubsub-emulator' (or 'apt-get install"
          + " google-cloud-cli-pubsub-emulator'), or one that runs, named in PUBSUB_EMULATOR_HOST";

  private static @Nullable Emulator running;

  private final String host;
  private final int port;
  private final PublisherStub publisher;
  private final SubscriberStub subscriber;

  private Emulator(String host, int port) {
    this.host = host;
    this.port = port;
    ManagedChannel channel =
        Grpc.newChannelBuilder(host + ":" + port, InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    TransportChannelProvider provider =
        FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
    try {
      publisher =
          GrpcPublisherStub.create(
              PublisherStubSettings.newBuilder()
                  .setTransportChannelProvider(provider)
                  .setCredentialsProvider(NoCredentialsProvider.create())
                  .build());
      subscriber =
          GrpcSubscriberStub.create(
              SubscriberStubSettings.newBuilder()
                  .setTransportChannelProvider(provider)
                  .setCredentialsProvider(NoCredentialsProvider.create())
                  .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The emulator; where there is none, the test is skipped, saying how to get it. */
  static synchronized Emulator get() {
    if (running == null) {
      running = named().or(Emulator::launched).orElse(null);
      if (running != null) {
        Emulator.running.awaitStart();
      }
    }
    Assumptions.assumeTrue(running != null, HOW_TO_GET_IT);
    return running;
  }

  private static Optional<Emulator> named() {
    String address = System.getenv().getOrDefault("PUBSUB_EMULATOR_HOST", "");
    int colon = address.lastIndexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(
            new Emulator(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
  }

  private static Optional<Emulator> launched() {
    Optional<Path> jar = jar();
    if (jar.isEmpty()) {
      return Optional.empty();
    }
    try {
      int port = freePort();
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-jar",
                  jar.get().toString(),
                  "--host=localhost",
                  "--port=" + port)
              .redirectErrorStream(true)
              .redirectOutput(Files.createTempFile("pubsub-emulator-", ".log").toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return Optional.of(new Emulator("localhost", port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> jar() {
    try {
      Process gcloud =
          new ProcessBuilder("gcloud", "info", "--format=value(installation.sdk_root)")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String root =
          new String(gcloud.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      Path lib = Path.of(root, "platform", "pubsub-emulator", "lib");
      if (root.isEmpty() || !Files.isDirectory(lib)) {
        return Optional.empty();
      }
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "*.jar")) {
        for (Path jar : jars) {
          return Optional.of(jar);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void awaitStart() {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(
            () -> {
              try (Socket socket = new Socket(host, port)) {
                return socket.isConnected();
              }
            });
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** For {@code pubsub.endpoint}. */
  String endpoint() {
    return "http://%s:%d".formatted(host, port);
  }

  static String topic(String id) {
    return "projects/%s/topics/%s".formatted(PROJECT, id);
  }

  static String subscription(String id) {
    return "projects/%s/subscriptions/%s".formatted(PROJECT, id);
  }

  void createTopic(String id) {
    publisher.createTopicCallable().call(Topic.newBuilder().setName(topic(id)).build());
  }

  /** A plain subscription, to be changed before it is created. */
  static Subscription.Builder plain(String id, String topic) {
    return Subscription.newBuilder()
        .setName(subscription(id))
        .setTopic(topic(topic))
        .setAckDeadlineSeconds(10);
  }

  static DeadLetterPolicy deadLetters(String topic) {
    return DeadLetterPolicy.newBuilder()
        .setDeadLetterTopic(topic(topic))
        .setMaxDeliveryAttempts(100)
        .build();
  }

  void create(Subscription.Builder subscription) {
    subscriber.createSubscriptionCallable().call(subscription.build());
  }

  void publish(String topic, List<PubsubMessage> messages) {
    for (int from = 0; from < messages.size(); from += 1000) {
      publisher
          .publishCallable()
          .call(
              PublishRequest.newBuilder()
                  .setTopic(topic(topic))
                  .addAllMessages(messages.subList(from, Math.min(messages.size(), from + 1000)))
                  .build());
    }
  }

  /** Takes what there is in a subscription, which nobody else reads, and acknowledges it. */
  List<PubsubMessage> take(String subscription) {
    List<PubsubMessage> taken = new ArrayList<>();
    while (true) {
      List<PubsubMessage> some;
      try {
        some = takeSome(subscription);
      } catch (ApiException e) {
        if (taken.isEmpty()) {
          throw e;
        }
        return taken;
      }
      if (some.isEmpty()) {
        return taken;
      }
      taken.addAll(some);
    }
  }

  @SuppressWarnings("deprecation")
  private List<PubsubMessage> takeSome(String subscription) {
    List<ReceivedMessage> some =
        subscriber
            .pullCallable()
            .call(
                PullRequest.newBuilder()
                    .setSubscription(subscription(subscription))
                    .setMaxMessages(1000)
                    .setReturnImmediately(true)
                    .build())
            .getReceivedMessagesList();
    if (!some.isEmpty()) {
      subscriber
          .acknowledgeCallable()
          .call(
              AcknowledgeRequest.newBuilder()
                  .setSubscription(subscription(subscription))
                  .addAllAckIds(some.stream().map(ReceivedMessage::getAckId).toList())
                  .build());
    }
    return some.stream().map(ReceivedMessage::getMessage).toList();
  }
}
