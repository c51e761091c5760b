package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.StoredDeadLetter;
import io.batchprocessor.spi.Transport;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** The queues of one deployment on one Redis. */
final class RedisTransport
    implements Transport,
        Settlement,
        BacklogReporter,
        HealthCheck,
        Cancellation,
        Producer,
        Inspection,
        DeadLetterReview {

  private static final Logger log = LoggerFactory.getLogger(RedisTransport.class);

  private final RedisConnections redis;
  private final Settling settling;
  private final List<RedisQueue> requestQueues = new ArrayList<>();
  private final RedisRetryQueue retryQueue;
  private final RedisResultQueue resultQueue;
  private final DeadLetterQueue deadLetterQueue = this::bury;
  private final Cancellations cancellations;
  private final Backlogs backlogs;
  private final RedisProducer producer;
  private final Peeking peeking;
  private final DeadLetters deadLetters;
  private final @Nullable ChannelIntake channels;
  private final Consumer<Script.Caller> lastWords;

  private RedisTransport(RedisConnections redis, RedisConfig config, Layout layout) {
    this.redis = redis;
    // No other process ever has this name, so that it can't be mistaken for us.
    byte[] consumer = Keys.utf8(UUID.randomUUID().toString());
    MessageFormat format =
        config.wireFormat() == WireFormat.LLM_D_ASYNC
            ? new LlmdFormat(config.resultQueue())
            : new BatchFormat(config.kind());
    settling = new Settling(redis, config, layout, consumer);
    cancellations = new Cancellations(redis, layout, config.wireFormat());
    for (int i = 0; i < config.requestQueues().size(); i++) {
      String name = config.requestQueues().get(i);
      Source source = layout.requests().get(i);
      requestQueues.add(
          switch (config.kind()) {
            case CHANNELS -> new ChannelQueue(name, source, redis, settling, config.buffer());
            case STREAMS ->
                new StreamQueue(
                    name, source, redis, config, layout, settling, cancellations, consumer);
            case SORTED_SET ->
                new ClaimingQueue(
                    name,
                    List.of(source),
                    List.of(name),
                    false,
                    redis,
                    config,
                    layout,
                    settling,
                    cancellations,
                    format,
                    consumer);
          });
    }
    retryQueue =
        new RedisRetryQueue(redis, config, layout, settling, cancellations, format, consumer);
    resultQueue = new RedisResultQueue(redis, settling, format);
    backlogs = new Backlogs(redis, config, layout);
    producer = new RedisProducer(redis, config, layout);
    peeking = new Peeking(redis, config, layout, format);
    deadLetters = new DeadLetters(redis, config, layout, producer);
    channels = config.kind() == Kind.CHANNELS ? subscribe(config) : null;
    List<byte[]> streams = config.requestQueues().stream().map(Keys::utf8).toList();
    byte[] group = Keys.utf8(config.group());
    lastWords =
        config.kind() == Kind.STREAMS
            ? caller -> StreamGroup.leave(caller, streams, group, consumer)
            : caller -> {};
  }

  private ChannelIntake subscribe(RedisConfig config) {
    log.warn(
        "redis-pubsub is ephemeral: what is published while no processor listens, and what one"
            + " holds when it crashes, is lost; redis-streams and redis-sortedset lose nothing");
    List<ChannelQueue> queues = new ArrayList<>();
    requestQueues.forEach(queue -> queues.add((ChannelQueue) queue));
    ChannelIntake intake = new ChannelIntake(redis, queues, retryQueue, config.claim());
    try {
      if (intake.awaitSubscribed(config.address().timeout())) {
        return intake;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    intake.close();
    throw new JedisConnectionException(
        "no subscription to " + config.requestQueues(), intake.lastFailure());
  }

  /** Connects, and checks what can be checked. */
  static RedisTransport open(Kind kind, Settings settings) {
    RedisConfig config = RedisConfig.of(kind, settings);
    Layout layout = new Layout(config);
    return Opening.explained(
        config.address(),
        () -> {
          RedisConnections redis = new RedisConnections(config.address());
          try {
            Opening.prepare(redis, config, layout);
            return new RedisTransport(redis, config, layout);
          } catch (RuntimeException e) {
            redis.close();
            throw e;
          }
        });
  }

  @Override
  public List<RequestQueue> requestQueues() {
    return List.copyOf(requestQueues);
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
    return Optional.of(deadLetterQueue);
  }

  private List<Delivery> bury(List<DeadLetter> letters) {
    redis.checkOpen();
    return settling.settle(
        letters.stream()
            .map(letter -> Step.deadLetter(letter.delivery(), letter.reason()))
            .toList());
  }

  @Override
  public List<Delivery> settle(List<Result> results) {
    redis.checkOpen();
    return settling.settle(resultQueue.steps(results));
  }

  @Override
  public List<Backlog> backlogs() {
    return backlogs.read(requestQueues);
  }

  @Override
  public Health health() {
    if (redis.isClosed()) {
      return new Health(false, "the transport to Redis at %s is closed".formatted(redis.address()));
    }
    try {
      // A key leads to whoever holds it: in a Cluster a PING would reach any node.
      redis.call(new CommandArguments(Command.EXISTS).key(Keys.utf8(retryQueue.name())));
      if (channels != null && !channels.isSubscribed()) {
        return new Health(
            false, "Redis at %s: not subscribed, trying again".formatted(redis.address()));
      }
      return new Health(true, "Redis at %s answers".formatted(redis.address()));
    } catch (JedisException | IllegalStateException e) {
      return new Health(
          false, "Redis at %s does not answer: %s".formatted(redis.address(), e.getMessage()));
    }
  }

  @Override
  public void cancel(String id) {
    redis.checkOpen();
    cancellations.cancel(Objects.requireNonNull(id, "id"));
  }

  @Override
  public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
    return cancellations.cancelled(idsByDelivery);
  }

  @Override
  public void submit(String queue, List<Bytes> messages) {
    producer.submit(queue, messages);
  }

  @Override
  public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    return producer.takeResults(max, maxWait);
  }

  @Override
  public List<WaitingMessage> peek(String queue, int max, int maxBodyBytes) {
    return peeking.peek(queue, max, maxBodyBytes, requestQueues);
  }

  @Override
  public List<StoredDeadLetter> deadLetters(int max, int maxBodyBytes) {
    return deadLetters.oldest(max, maxBodyBytes);
  }

  @Override
  public boolean retryDeadLetter(String key) {
    return deadLetters.retry(Objects.requireNonNull(key, "key"));
  }

  @Override
  public boolean dropDeadLetter(String key) {
    return deadLetters.drop(Objects.requireNonNull(key, "key"));
  }

  @Override
  public void close() {
    if (channels != null) {
      channels.close();
    }
    producer.close();
    redis.close(lastWords);
  }

  @Override
  public String toString() {
    return "RedisTransport[%s, queues=%s]"
        .formatted(
            redis.address(),
            String.join(",", requestQueues.stream().map(RequestQueue::name).toList()));
  }
}
