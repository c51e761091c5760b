package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.GetSubscriptionRequest;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one deployment on Pub/Sub. It tells no backlog: Pub/Sub answers that question
 * through Cloud Monitoring only.
 */
final class PubSubTransport implements Transport, HealthCheck, Producer {

  /** How long ending streams, and then handing back what nobody was given, may hold up close. */
  private static final Duration HAND_BACK = Duration.ofSeconds(2);

  /** How long a question after health may take. */
  private static final Duration HEALTH = Duration.ofSeconds(3);

  /** Answers that say that there is somebody who answers. */
  private static final Set<Code> ALIVE = Set.of(Code.PERMISSION_DENIED, Code.RESOURCE_EXHAUSTED);

  private final Connection connection;
  private final PubSubConfig config;
  private final Leases leases;
  private final List<Source> sources;
  private final List<SubscriptionQueue> requestQueues;
  private final PubSubRetryQueue retryQueue;
  private final PubSubResultQueue resultQueue;
  private final Optional<DeadLetterQueue> deadLetterQueue;
  private final @Nullable SubscriptionQueue results;
  private final PubSubProducer producer;

  /**
   * A transport.
   *
   * @param sources the request subscriptions
   * @param retrySource null if there is no retry topic
   * @param resultSource null if nobody takes results here
   */
  PubSubTransport(
      Connection connection,
      PubSubConfig config,
      List<Source> sources,
      @Nullable Source retrySource,
      @Nullable Source resultSource) {
    this.connection = connection;
    this.config = config;
    this.sources = sources;
    PubSubClient client = new PubSubClient(connection);
    Returned returned = new Returned();
    Messages messages = new Messages(returned);
    Publishing publishing = new Publishing(client, config.batchSize());
    leases = new Leases(client, config.batchSize(), returned);
    requestQueues =
        sources.stream()
            .map(
                source ->
                    new SubscriptionQueue(source, client, connection, leases, config, messages))
            .toList();
    retryQueue =
        new PubSubRetryQueue(
            client, connection, leases, publishing, returned, config, retrySource, messages);
    resultQueue = new PubSubResultQueue(client, publishing, leases, config);
    deadLetterQueue = Optional.of(new PubSubDeadLetterQueue(client, publishing, leases, config));
    results =
        resultSource == null
            ? null
            : new SubscriptionQueue(resultSource, client, connection, leases, config, messages);
    producer = new PubSubProducer(client, publishing, leases, sources, results);
  }

  @Override
  public List<? extends RequestQueue> requestQueues() {
    return requestQueues;
  }

  @Override
  public RetryQueue retryQueue() {
    return retryQueue;
  }

  @Override
  public ResultQueue resultQueue() {
    return resultQueue;
  }

  @Override
  public Optional<DeadLetterQueue> deadLetterQueue() {
    return deadLetterQueue;
  }

  @Override
  public Health health() {
    if (connection.isClosed()) {
      return new Health(false, "the transport to Pub/Sub is closed");
    }
    for (Source source : sources) {
      try {
        var unused =
            connection
                .subscriber()
                .getSubscriptionCallable()
                .call(
                    GetSubscriptionRequest.newBuilder().setSubscription(source.name()).build(),
                    GrpcCallContext.createDefault().withTimeoutDuration(HEALTH));
      } catch (ApiException e) {
        if (!ALIVE.contains(e.getStatusCode().getCode())) {
          return new Health(
              false, "%s can't be used: %s".formatted(source.name(), PubSubClient.reason(e)));
        }
      } catch (RuntimeException e) {
        return new Health(false, "Pub/Sub can't be asked: " + PubSubClient.reason(e));
      }
    }
    return new Health(true, "Pub/Sub at %s answers".formatted(config.endpoint()));
  }

  @Override
  public void submit(String queue, List<Bytes> messages) {
    producer.submit(queue, messages);
  }

  @Override
  public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    return producer.takeResults(max, maxWait);
  }

  /**
   * What was handed out and not settled stays leased. What was taken from the broker and not handed
   * out goes back: at once, or when it is due.
   */
  @Override
  public synchronized void close() {
    if (connection.isClosed()) {
      return;
    }
    connection.closing();
    List<SubscriptionQueue> taking = new ArrayList<>(requestQueues);
    if (results != null) {
      taking.add(results);
    }
    try {
      List<CompletableFuture<?>> stopping = new ArrayList<>();
      taking.forEach(queue -> stopping.add(queue.stop()));
      stopping.add(retryQueue.stop());
      await(stopping);
      List<Held> left = new ArrayList<>();
      taking.forEach(queue -> left.addAll(queue.drain()));
      List<CompletableFuture<?>> calls = new ArrayList<>();
      calls.add(leases.releaseLater(left));
      retryQueue.drain().forEach((delay, some) -> calls.add(leases.putOffLater(some, delay)));
      await(calls);
    } finally {
      connection.close();
    }
  }

  private static void await(List<CompletableFuture<?>> all) {
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
          .get(HAND_BACK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What did not come back comes back when its lease ends.
      Thread.onSpinWait();
    }
  }

  @Override
  public String toString() {
    return "PubSubTransport[%s, queues=%s]"
        .formatted(
            config.endpoint(), String.join(",", sources.stream().map(Source::name).toList()));
  }
}
