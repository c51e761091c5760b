package io.batchprocessor.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** The consumer group of a request stream. */
final class StreamGroup {

  private StreamGroup() {}

  /** Creates group and stream where they are missing; the group begins with the oldest entry. */
  static void create(Script.Caller redis, byte[] stream, byte[] group) {
    try {
      redis.call(
          new CommandArguments(Command.XGROUP)
              .add("CREATE")
              .key(stream)
              .add(group)
              .add("0")
              .add("MKSTREAM"));
    } catch (JedisDataException e) {
      if (e.getMessage() == null || !e.getMessage().startsWith("BUSYGROUP")) {
        throw e;
      }
    }
  }
}
