package io.batchprocessor.redis;

import java.time.Duration;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;

/**
 * Waits for a sorted set to change, whoever changes it, without polling: Redis tells a client that
 * tracks a key it has read ({@code CLIENT TRACKING}, Redis 6.0) of the next write to it. A sorted
 * set has no blocking read that leaves it as it is, and producers owe us no notification.
 */
final class WatchConnection extends ListeningConnection {

  private boolean armed;

  WatchConnection(HostAndPort server, JedisClientConfig config) {
    super(server, config);
    try {
      executeCommand(new CommandArguments(Command.CLIENT).add("TRACKING").add("ON"));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
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
    send();
    int answers = 0;
    while (answers < keys.size()) {
      if (readProtocolWithCheckingBroken() instanceof Long) {
        answers++;
      } else {
        armed = false;
      }
    }
  }

  /** Waits until one of the keys is written to, or for {@code timeout}. */
  void await(Duration timeout) {
    if (next(timeout) != null) {
      armed = false;
    }
  }
}
