package io.batchprocessor.redis;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;

/**
 * The connection that a queue's own thread uses to take messages, so that it may wait on it and
 * never waits for it. Opened when it is needed, and anew after each failure, because whoever
 * answered may not be the one to ask any more.
 */
final class OwnConnection implements Script.Caller {

  private final RedisConnections redis;
  private final byte[] key;
  private @Nullable Connection connection;

  OwnConnection(RedisConnections redis, byte[] key) {
    this.redis = redis;
    this.key = key;
  }

  @Override
  public Object call(CommandArguments command) {
    return connected().executeCommand(command);
  }

  /** A command that waits on the server for up to {@code patienceMillis}. */
  Object call(CommandArguments command, int patienceMillis) {
    Connection current = connected();
    int before = current.getSoTimeout();
    current.setSoTimeout(patienceMillis);
    Object answer = current.executeCommand(command);
    current.setSoTimeout(before);
    return answer;
  }

  private Connection connected() {
    Connection current = connection;
    if (current == null) {
      current = redis.open(key);
      connection = current;
    }
    return current;
  }

  /** Gives the connection up and says what to throw. */
  RuntimeException failed(RuntimeException e) {
    redis.drop(connection);
    connection = null;
    return redis.failure(e);
  }
}
