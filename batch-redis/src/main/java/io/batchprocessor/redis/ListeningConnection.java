package io.batchprocessor.redis;

import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.PushConsumerChain;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * A connection on which Redis speaks unasked: one can wait for that with a limit, and go on using
 * the connection when nothing came. Used by one thread.
 */
class ListeningConnection extends Connection {

  private static final Object NOTHING = new Object();
  private static final byte PUSH = '>';

  private boolean waiting;

  ListeningConnection(HostAndPort server, JedisClientConfig config) {
    super(server, config);
  }

  @Override
  protected void initPushConsumers(JedisClientConfig config) {
    // Makes a notice the return value of a read, instead of something that reads pass over.
    addPushConsumer(
        context -> {
          context.propagate();
          return context;
        });
  }

  /** What Redis says next; null if it says nothing for so long. */
  final @Nullable Object next(Duration timeout) {
    int before = getSoTimeout();
    setSoTimeout((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
    waiting = true;
    try {
      Object said = readProtocolWithCheckingBroken();
      return said == NOTHING ? null : said;
    } finally {
      waiting = false;
      if (!isBroken()) {
        setSoTimeout(before);
      }
    }
  }

  @Override
  protected final Object protocolRead(RedisInputStream in, PushConsumerChain consumers) {
    if (waiting) {
      try {
        // Consumes nothing, so that the stream stays in step if nothing comes.
        in.peek(PUSH);
      } catch (JedisConnectionException e) {
        if (e.getCause() instanceof SocketTimeoutException) {
          return NOTHING;
        }
        throw e;
      }
    }
    return super.protocolRead(in, consumers);
  }

  /** Sends what was written. */
  final void send() {
    flush();
  }
}
