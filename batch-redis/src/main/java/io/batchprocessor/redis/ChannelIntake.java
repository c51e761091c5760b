package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is published on the request channels into their queues: claims it against the other
 * replicas, many messages at a time, and puts into the retry queue what finds no room.
 */
final class ChannelIntake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ChannelIntake.class);

  /** What may arrive while a batch is being claimed, before the server has to keep it. */
  private static final int MOST_ARRIVALS = 50_000;

  private static final int BATCH = 256;
  private static final Duration LOOK_UP = Duration.ofMillis(100);
  private static final Duration BACKOFF = Duration.ofMillis(200);

  private final Map<String, ChannelQueue> queues = new LinkedHashMap<>();
  private final RetryQueue retryQueue;
  private final @Nullable Claims claims;
  private final BlockingQueue<Claims.Arrival> arrivals = new LinkedBlockingQueue<>(MOST_ARRIVALS);
  private final Subscription subscription;
  private final Thread thread;
  private volatile boolean closing;

  ChannelIntake(
      RedisConnections redis, List<ChannelQueue> queues, RetryQueue retryQueue, boolean claim) {
    queues.forEach(queue -> this.queues.put(queue.name(), queue));
    this.retryQueue = retryQueue;
    List<String> channels = List.copyOf(this.queues.keySet());
    Claims ledger = claim ? new Claims(redis, channels) : null;
    this.claims = ledger;
    this.subscription =
        new Subscription(
            redis,
            "redis-pubsub-subscriber",
            channels,
            ledger == null ? List.of() : ledger.rounds(),
            this::arrived);
    this.thread = new Thread(this::run, "redis-pubsub-intake");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether messages can be heard now. */
  boolean isSubscribed() {
    return subscription.isSubscribed();
  }

  /** Why it does not listen; null if it was never refused. */
  @Nullable RuntimeException lastFailure() {
    return subscription.lastFailure();
  }

  boolean awaitSubscribed(Duration timeout) throws InterruptedException {
    return subscription.awaitSubscribed(timeout);
  }

  private void arrived(String channel, Bytes body) {
    try {
      arrivals.put(new Claims.Arrival(channel, body));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closing) {
      try {
        Claims.@Nullable Arrival first = arrivals.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          List<Claims.Arrival> batch = new ArrayList<>();
          batch.add(first);
          arrivals.drainTo(batch, BATCH - 1);
          takeIn(batch);
          if (claims != null) {
            claims.endLongRounds();
          }
        }
      } catch (InterruptedException e) {
        // Nobody but close() could mean this thread.
        return;
      } catch (RuntimeException e) {
        log.warn("messages that were not claimed yet are lost: {}", e.getMessage());
      }
    }
  }

  private void takeIn(List<Claims.Arrival> batch) throws InterruptedException {
    List<Claims.Arrival> ours = persistently(claim(batch));
    List<Retry> spilled = new ArrayList<>();
    for (Claims.Arrival arrival : ours) {
      ChannelQueue queue = Objects.requireNonNull(queues.get(arrival.queue()));
      Delivery delivery = queue.heard(arrival.body());
      if (!queue.offer(delivery)) {
        spilled.add(new Retry(delivery, Duration.ZERO, delivery.attempt()));
      }
    }
    if (!spilled.isEmpty()) {
      persistently(() -> retryQueue.schedule(spilled));
    }
  }

  /** A step towards Redis that answers. */
  @FunctionalInterface
  private interface Attempt<T> {
    T make();
  }

  private Attempt<List<Claims.Arrival>> claim(List<Claims.Arrival> batch) {
    Claims ledger = claims;
    if (ledger == null) {
      return () -> batch;
    }
    List<Claims.Named> named = ledger.named(batch);
    return () -> ledger.win(named);
  }

  private <T> T persistently(Attempt<T> attempt) throws InterruptedException {
    boolean told = false;
    while (true) {
      try {
        return attempt.make();
      } catch (RedisException e) {
        if (!told) {
          log.warn("messages wait in this process until Redis is back: {}", e.getMessage());
          told = true;
        }
        if (closing) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(BACKOFF.toMillis());
      }
    }
  }

  /** Stops listening and puts what was not handed out into the retry queue. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    subscription.close();
    closing = true;
    Threads.join(thread);
    try {
      List<Claims.Arrival> last = new ArrayList<>();
      arrivals.drainTo(last);
      if (!last.isEmpty()) {
        takeIn(last);
      }
      List<Retry> rest = new ArrayList<>();
      queues.values().stream()
          .flatMap(queue -> queue.drain().stream())
          .forEach(delivery -> rest.add(new Retry(delivery, Duration.ZERO, delivery.attempt())));
      if (!rest.isEmpty()) {
        retryQueue.schedule(rest);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.warn("messages that were not handed out yet are lost: closing was interrupted");
    } catch (RuntimeException e) {
      log.warn("messages that were not handed out yet are lost: {}", e.getMessage());
    }
  }
}
