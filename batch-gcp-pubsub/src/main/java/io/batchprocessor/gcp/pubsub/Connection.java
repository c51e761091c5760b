package io.batchprocessor.gcp.pubsub;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.FixedExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.GrpcSubscriberStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import io.batchprocessor.spi.InvalidSettingsException;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection to Pub/Sub with its stubs and its four threads, which are nobody else's and
 * gone after {@code close}. The stubs repeat nothing: the engine decides when to try again.
 */
final class Connection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /**
   * A pull waits in the broker for a message. It is the broker that answers it with nothing after a
   * while; this is for one that never does, such as the emulator.
   */
  private static final Duration LONGEST_PULL = Duration.ofMinutes(10);

  /**
   * A batch of 10 MB takes a while on a slow line; and one that the broker stored too late to say
   * so in time is stored twice.
   */
  private static final Duration SHORTEST_PUBLISH = Duration.ofMinutes(1);

  private static final Duration BETWEEN_FAILURES = Duration.ofMinutes(1);

  private static final String SCOPE = "https://www.googleapis.com/auth/pubsub";

  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService calls;
  private final MultiThreadIoEventLoopGroup io;
  private final ManagedChannel channel;
  private final SubscriberStub subscriber;
  private final PublisherStub publisher;

  /** When a failure was logged last; the timer's. */
  private long toldNanos = System.nanoTime() - BETWEEN_FAILURES.toNanos();

  private volatile boolean closing;
  private volatile boolean closed;

  Connection(PubSubConfig config) {
    CredentialsProvider credentials =
        config.plaintext()
            ? NoCredentialsProvider.create()
            : FixedCredentialsProvider.create(credentials(config.credentialsFile()));
    // Only now, for without credentials nobody would close them.
    timer = new ScheduledThreadPoolExecutor(1, threads("gcp-pubsub-timer"));
    calls = Executors.newFixedThreadPool(2, threads("gcp-pubsub-calls"));
    io = new MultiThreadIoEventLoopGroup(1, threads("gcp-pubsub-io"), NioIoHandler.newFactory());
    timer.setRemoveOnCancelPolicy(true);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(config.endpoint())
            .eventLoopGroup(io)
            .channelType(NioSocketChannel.class)
            .executor(calls)
            .offloadExecutor(calls)
            // A connection that died without a word is noticed after 40 s.
            .keepAliveTime(30, SECONDS)
            .keepAliveTimeout(10, SECONDS)
            .maxInboundMessageSize(Integer.MAX_VALUE);
    channel = (config.plaintext() ? builder.usePlaintext() : builder).build();
    TransportChannelProvider provider =
        FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
    try {
      subscriber = subscriber(provider, credentials, config.timeout());
      publisher = publisher(provider, credentials, config.timeout());
    } catch (IOException | RuntimeException e) {
      close();
      throw new IllegalStateException("the Pub/Sub client could not be made", e);
    }
  }

  private SubscriberStub subscriber(
      TransportChannelProvider provider, CredentialsProvider credentials, Duration timeout)
      throws IOException {
    SubscriberStubSettings.Builder settings =
        SubscriberStubSettings.newBuilder()
            .setTransportChannelProvider(provider)
            .setCredentialsProvider(credentials)
            .setBackgroundExecutorProvider(FixedExecutorProvider.create(timer));
    settings
        .unaryMethodSettingsBuilders()
        .forEach(method -> method.setSimpleTimeoutNoRetriesDuration(timeout));
    settings.pullSettings().setSimpleTimeoutNoRetriesDuration(LONGEST_PULL);
    return GrpcSubscriberStub.create(settings.build());
  }

  private PublisherStub publisher(
      TransportChannelProvider provider, CredentialsProvider credentials, Duration timeout)
      throws IOException {
    PublisherStubSettings.Builder settings =
        PublisherStubSettings.newBuilder()
            .setTransportChannelProvider(provider)
            .setCredentialsProvider(credentials)
            .setBackgroundExecutorProvider(FixedExecutorProvider.create(timer));
    settings
        .unaryMethodSettingsBuilders()
        .forEach(method -> method.setSimpleTimeoutNoRetriesDuration(timeout));
    settings
        .publishSettings()
        .setSimpleTimeoutNoRetriesDuration(
            timeout.compareTo(SHORTEST_PUBLISH) > 0 ? timeout : SHORTEST_PUBLISH);
    // What comes here is a batch already.
    settings
        .publishSettings()
        .setBatchingSettings(BatchingSettings.newBuilder().setIsEnabled(false).build());
    return GrpcPublisherStub.create(settings.build());
  }

  private static GoogleCredentials credentials(@Nullable String file) {
    try {
      if (file == null) {
        return GoogleCredentials.getApplicationDefault().createScoped(List.of(SCOPE));
      }
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        return GoogleCredentials.fromStream(in).createScoped(List.of(SCOPE));
      }
    } catch (IOException e) {
      throw file == null
          ? new InvalidSettingsException(
              "no Google credentials: run 'gcloud auth application-default login', set"
                  + " GOOGLE_APPLICATION_CREDENTIALS or pubsub.credentials-file, or give the machine"
                  + " a service account")
          : new InvalidSettingsException(
              "pubsub.credentials-file=%s: no Google credentials can be read from it: %s"
                  .formatted(file, e));
    }
  }

  SubscriberStub subscriber() {
    return subscriber;
  }

  PublisherStub publisher() {
    return publisher;
  }

  /** Does something later, unless the connection is closed by then; nothing that waits. */
  void later(Duration delay, Runnable action) {
    try {
      var unused = timer.schedule(action, delay.toMillis(), MILLISECONDS);
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  /** Does something again and again, though it should fail; nothing that waits. */
  void every(Duration period, Runnable action) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> survived(action), period.toMillis(), period.toMillis(), MILLISECONDS);
  }

  /** Whatever is thrown would end it for ever, and with it, say, the extension of leases. */
  private void survived(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      long now = System.nanoTime();
      if (now - toldNanos >= BETWEEN_FAILURES.toNanos()) {
        toldNanos = now;
        log.error("what the timer of Pub/Sub does regularly failed, and is done again", e);
      }
    }
  }

  /** Tries to connect again now: by itself gRPC may wait two minutes after a long outage. */
  void reconnect() {
    channel.resetConnectBackoff();
  }

  void checkOpen() {
    if (closing) {
      throw new IllegalStateException("the transport to Pub/Sub is closed");
    }
  }

  /** Whether nobody may use it any more. */
  boolean isClosed() {
    return closing;
  }

  /** Whether calls are answered no more. */
  boolean isCut() {
    return closed;
  }

  /** From here on nobody may begin anything; what is held is still handed back. */
  void closing() {
    closing = true;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closing = true;
    closed = true;
    timer.shutdownNow();
    channel.shutdownNow();
    try {
      // What does not end in time ends by itself: calls were told to, and threads are daemons.
      var unused = channel.awaitTermination(5, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      calls.shutdown();
      io.shutdownGracefully(0, 1_000, MILLISECONDS).awaitUninterruptibly(5, SECONDS);
    }
  }

  private static ThreadFactory threads(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
