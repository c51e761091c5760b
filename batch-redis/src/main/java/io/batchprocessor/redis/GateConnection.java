package io.batchprocessor.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;

/**
 * The connection of one gate, opened when it is first needed and anew after each failure. Used by
 * the gate's thread alone; any thread may close it, which ends what the gate's thread waits for.
 */
final class GateConnection implements AutoCloseable {

  private final RedisAddress address;
  private final byte[] key;
  private volatile @Nullable RedisConnections redis;
  private @Nullable OwnConnection connection;
  private volatile boolean closed;

  /** To the Redis at {@code address}; in a Cluster to the node that has {@code key}. */
  GateConnection(RedisAddress address, byte[] key) {
    this.address = address;
    this.key = key;
  }

  /** Where it leads, without secrets. */
  RedisAddress address() {
    return address;
  }

  Object call(CommandArguments command) {
    OwnConnection current = connected();
    try {
      return current.call(command);
    } catch (RuntimeException e) {
      throw current.failed(e);
    }
  }

  Object run(Script script, List<byte[]> keys, List<byte[]> args) {
    OwnConnection current = connected();
    try {
      return script.run(current, keys, args);
    } catch (RuntimeException e) {
      throw current.failed(e);
    }
  }

  private OwnConnection connected() {
    OwnConnection current = connection;
    if (current == null) {
      RedisConnections opened = Opening.explained(address, () -> new RedisConnections(address));
      redis = opened;
      if (closed) {
        opened.close();
      }
      current = new OwnConnection(opened, key);
      connection = current;
    }
    return current;
  }

  @Override
  public void close() {
    closed = true;
    RedisConnections opened = redis;
    if (opened != null) {
      opened.close();
    }
  }
}
