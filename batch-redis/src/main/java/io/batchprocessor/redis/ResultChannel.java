package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Results that were heard on a channel since somebody first asked. */
final class ResultChannel implements AutoCloseable {

  private final BlockingQueue<Bytes> results = new LinkedBlockingQueue<>();
  private final Subscription subscription;

  ResultChannel(RedisConnections redis, String channel) {
    subscription =
        new Subscription(
            redis,
            "redis-result-subscriber",
            List.of(channel),
            List.of(),
            (from, result) -> results.add(result));
    try {
      if (!subscription.awaitSubscribed(redis.address().timeout())) {
        subscription.close();
        throw new RedisException(
            "no subscription to %s within %s".formatted(channel, redis.address().timeout()),
            subscription.lastFailure());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  List<Bytes> take(int max, Duration maxWait) throws InterruptedException {
    List<Bytes> taken = new ArrayList<>();
    @Nullable Bytes first = results.poll(maxWait.toMillis(), TimeUnit.MILLISECONDS);
    if (first != null) {
      taken.add(first);
      results.drainTo(taken, max - 1);
    }
    return taken;
  }

  @Override
  public void close() {
    subscription.close();
  }
}
