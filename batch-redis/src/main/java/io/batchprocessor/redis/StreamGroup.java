package io.batchprocessor.redis;

import java.time.Duration;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** The consumer group of a request stream. */
final class StreamGroup {

  private static final Script LEAVE = Script.of("leave.lua");

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

  /** Removes a consumer from the groups of streams in which it holds nothing. */
  static void leave(Script.Caller redis, List<byte[]> streams, byte[] group, byte[] consumer) {
    LEAVE.run(redis, streams, List.of(group, consumer, Keys.number(0)));
  }

  /** Removes consumers that hold nothing and have not been heard of for so long. */
  static void removeIdle(Script.Caller redis, byte[] stream, byte[] group, Duration idle) {
    LEAVE.run(redis, List.of(stream), List.of(group, Keys.utf8(""), Keys.number(idle.toMillis())));
  }
}
