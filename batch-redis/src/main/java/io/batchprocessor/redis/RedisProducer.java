package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** Submits requests and takes results, as the producers and consumers of a deployment would. */
final class RedisProducer implements AutoCloseable {

  private static final Script SUBMIT = Script.of("submit.lua");
  private static final Script TAKE = Script.of("take.lua");
  private static final int CALL_MESSAGES = 500;

  private final RedisConnections redis;
  private final RedisConfig config;
  private final byte[] resultKey;
  private final long sliceMillis;
  private final Object resultChannelLock = new Object();
  private @Nullable ResultChannel resultChannel;

  RedisProducer(RedisConnections redis, RedisConfig config, Layout layout) {
    this.redis = redis;
    this.config = config;
    this.resultKey = layout.result();
    this.sliceMillis = Math.max(1, Math.min(250, config.address().timeout().toMillis() / 2));
  }

  void submit(String queue, List<Bytes> messages) {
    redis.checkOpen();
    if (!config.requestQueues().contains(queue)) {
      throw new IllegalArgumentException(
          "there is no request queue '%s'; there are: %s"
              .formatted(queue, String.join(", ", config.requestQueues())));
    }
    List<byte[]> keys = List.of(Keys.utf8(queue), Keys.utf8(Keys.beside(queue, ":number")));
    for (int from = 0; from < messages.size(); from += CALL_MESSAGES) {
      List<byte[]> args = new ArrayList<>(kindArgs());
      for (Bytes message :
          messages.subList(from, Math.min(messages.size(), from + CALL_MESSAGES))) {
        addMessage(args, queue, message);
      }
      redis.run(SUBMIT, keys, args);
    }
  }

  /** One message as {@code revive.lua} takes it: kind, message, and in a sorted set its score. */
  List<byte[]> single(String queue, Bytes message) {
    List<byte[]> kind = kindArgs();
    List<byte[]> args = new ArrayList<>();
    addMessage(args, queue, message);
    return config.kind() == Kind.SORTED_SET
        ? List.of(kind.get(0), args.get(1), args.get(0), kind.get(1))
        : List.of(kind.get(0), args.get(0));
  }

  private List<byte[]> kindArgs() {
    return switch (config.kind()) {
      case STREAMS -> List.of(Keys.utf8("s"));
      case CHANNELS -> List.of(Keys.utf8("c"));
      case SORTED_SET -> List.of(Keys.utf8("z"), Keys.utf8(isForeign() ? "plain" : "number"));
    };
  }

  private void addMessage(List<byte[]> args, String queue, Bytes message) {
    if (config.kind() != Kind.SORTED_SET) {
      args.add(message.toByteArray());
      return;
    }
    String deadline = Deadlines.read(message);
    args.add(Keys.utf8(deadline));
    args.add(
        isForeign()
            ? message.toByteArray()
            : new Envelope(queue, 1, null, Map.of(), message)
                .withoutStamp(config.kind(), deadline));
  }

  private boolean isForeign() {
    return config.wireFormat() == WireFormat.LLM_D_ASYNC;
  }

  List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    redis.checkOpen();
    if (config.resultType() == ResultType.CHANNEL) {
      return resultChannel().take(max, maxWait);
    }
    long start = System.nanoTime();
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      redis.checkOpen();
      try {
        List<Bytes> results = new ArrayList<>(take(max));
        long left = maxWait.toMillis() - (System.nanoTime() - start) / 1_000_000;
        if (!results.isEmpty() || left <= 0) {
          return results;
        }
        results.addAll(await(Math.min(left, sliceMillis)));
        if (!results.isEmpty()) {
          return results;
        }
      } catch (JedisException e) {
        throw redis.failure(e);
      }
    }
  }

  private List<Bytes> take(int max) {
    if (config.resultType() == ResultType.STREAM) {
      return all(redis.run(TAKE, List.of(resultKey), List.of(Keys.number(max))));
    }
    return all(redis.call(new CommandArguments(Command.RPOP).key(resultKey).add(max)));
  }

  /** Waits for a result; a list's is taken by this, a stream's by the next look. */
  private List<Bytes> await(long millis) {
    if (config.resultType() == ResultType.STREAM) {
      redis.call(
          new CommandArguments(Command.XREAD)
              .add("COUNT")
              .add(1)
              .add("BLOCK")
              .add(millis)
              .add("STREAMS")
              .key(resultKey)
              .add("0-0"));
      return List.of();
    }
    @Nullable Object answer =
        redis.call(
            new CommandArguments(Command.BRPOP).key(resultKey).add(Double.toString(millis / 1e3)));
    return answer == null ? List.of() : List.of(Bytes.wrap((byte[]) ((List<?>) answer).get(1)));
  }

  private static List<Bytes> all(@Nullable Object answer) {
    List<Bytes> bytes = new ArrayList<>();
    if (answer != null) {
      for (Object one : (List<?>) answer) {
        bytes.add(Bytes.wrap((byte[]) one));
      }
    }
    return bytes;
  }

  /** Subscribed when it is first needed: a processor has no use for its own results. */
  private ResultChannel resultChannel() {
    synchronized (resultChannelLock) {
      ResultChannel channel = resultChannel;
      if (channel == null) {
        channel = new ResultChannel(redis, config.resultQueue());
        resultChannel = channel;
      }
      return channel;
    }
  }

  @Override
  public void close() {
    synchronized (resultChannelLock) {
      if (resultChannel != null) {
        resultChannel.close();
        resultChannel = null;
      }
    }
  }
}
