package io.batchprocessor.redis;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.PushConsumerChain;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * Waits for a sorted set to change, whoever changes it, without polling: Redis tells a client that
 * tracks a key it has read ({@code CLIENT TRACKING}, Redis 6.0) of the next write to it. A sorted
 * set has no blocking read that leaves it as it is, and producers owe us no notification.
 *
 * <p>Used by one thread.
 */
final class WatchConnection extends Connection {

  private static final Object NOTHING = new Object();
  private static final byte PUSH = '>';

  private boolean armed;
  private boolean waiting;

  WatchConnection(HostAndPort server, JedisClientConfig config) {
    super(server, config);
    executeCommand(new CommandArguments(Command.CLIENT).add("TRACKING").add("ON"));
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

  /** Whether the next write to the keys will be told. */
  boolean armed() {
    return armed;
  }

  /** Reads the keys, so that Redis tells us of the next write to one of them. */
  void arm(List<byte[]> keys) {
    armed = true;
    for (byte[] key : keys) {
      sendCommand(new CommandArguments(Command.ZCARD).key(key));
    }
    flush();
    int answers = 0;
    while (answers < keys.size()) {
      Object answer = readProtocolWithCheckingBroken();
      if (answer instanceof Long) {
        answers++;
      } else {
        armed = false;
      }
    }
  }

  /** Waits until one of the keys is written to, or for {@code timeout}. */
  void await(Duration timeout) {
    int before = getSoTimeout();
    setSoTimeout((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
    waiting = true;
    try {
      if (readProtocolWithCheckingBroken() != NOTHING) {
        armed = false;
      }
    } finally {
      waiting = false;
      if (!isBroken()) {
        setSoTimeout(before);
      }
    }
  }

  @Override
  protected Object protocolRead(RedisInputStream in, PushConsumerChain consumers) {
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
}
