package io.batchprocessor.redis;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The connection on which Redis tells a queue of changes. Opened when it is needed; where Redis
 * refuses it, be it for a while, it is asked again a minute later. Used by one thread.
 */
final class Watch {

  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  private final String queue;
  private final RedisConnections redis;
  private final byte[] key;
  private final LongSupplier ticker;
  private @Nullable WatchConnection connection;
  private boolean refused;
  private long refusedAt;

  /** Not opened yet. */
  Watch(String queue, RedisConnections redis, byte[] key, LongSupplier ticker) {
    this.queue = queue;
    this.redis = redis;
    this.key = key;
    this.ticker = ticker;
  }

  /** The connection; null while Redis refuses to tell. */
  @Nullable WatchConnection connection() {
    long now = ticker.getAsLong();
    if (connection == null && (!refused || now - refusedAt >= AGAIN_NANOS)) {
      try {
        connection = redis.openWatch(key);
        refused = false;
      } catch (JedisDataException e) {
        if (!refused) {
          log.warn(
              "queue '{}': Redis does not tell of changes ({}): looking every {} ms instead, and"
                  + " asking again every minute; allow CLIENT TRACKING to make waiting cost nothing",
              queue,
              e.getMessage(),
              ClaimingQueue.POLL.toMillis());
        }
        refused = true;
        refusedAt = now;
      }
    }
    return connection;
  }

  /** Gives the connection up: the next one is a new one. */
  void drop() {
    redis.drop(connection);
    connection = null;
  }
}
