package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The ids that were cancelled: a sorted set, scored by when each was, which all processes share.
 *
 * <p>Every batch that a script hands out comes with the number of ids that are cancelled at that
 * moment. If it is none, nobody asks again for {@link #WINDOW}; and whoever cancels waits for as
 * long before it says that it is done. So a cancellation that is done is seen by all, and a
 * processor that nobody cancels on pays no round trip for it.
 */
final class Cancellations {

  private static final Script CANCEL = Script.of("cancel.lua");

  /** How long an answer "nothing is cancelled" is good for. */
  private static final Duration WINDOW = Duration.ofMillis(20);

  /** How long an id stays cancelled that no request answers to. */
  private static final Duration RETENTION = Duration.ofDays(7);

  /** So many are asked for in one command. */
  private static final int CALL_TOKENS = 1_000;

  private final RedisConnections redis;
  private final byte[] key;
  private final boolean foreign;

  Cancellations(RedisConnections redis, Layout layout, WireFormat format) {
    this.redis = redis;
    this.key = layout.cancelled();
    this.foreign = format == WireFormat.LLM_D_ASYNC;
  }

  /** Until when no delivery of an answer is cancelled that was asked for at {@code sentNanos}. */
  long knownUntil(long sentNanos, long count) {
    return count == 0 && !foreign ? sentNanos + WINDOW.toNanos() : sentNanos;
  }

  void cancel(String id) {
    redis.run(CANCEL, List.of(key), List.of(Keys.utf8(id), Keys.number(RETENTION.toMillis())));
    if (foreign) {
      copyActiveToken(id);
    }
    waitUntilSeen();
  }

  Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
    redis.checkOpen();
    long now = System.nanoTime();
    Set<Delivery> cancelled = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Map.Entry<Delivery, String>> asked = new ArrayList<>();
    for (Map.Entry<Delivery, String> one : idsByDelivery.entrySet()) {
      if (Receipt.of(one.getKey()).mayBeCancelled(now)) {
        asked.add(one);
      }
    }
    if (!asked.isEmpty()) {
      ask(asked, cancelled);
    }
    return cancelled;
  }

  private void ask(List<Map.Entry<Delivery, String>> asked, Set<Delivery> cancelled) {
    CommandArguments scores = new CommandArguments(Command.ZMSCORE).key(key);
    asked.forEach(one -> scores.add(Keys.utf8(one.getValue())));
    List<?> own = (List<?>) Objects.requireNonNull(call(scores));
    for (int i = 0; i < asked.size(); i++) {
      if (own.get(i) != null) {
        cancelled.add(asked.get(i).getKey());
      }
    }
    if (foreign) {
      List<Map.Entry<Delivery, String>> withToken =
          asked.stream().filter(one -> !token(one.getKey()).isEmpty()).toList();
      for (int from = 0; from < withToken.size(); from += CALL_TOKENS) {
        askTokens(
            withToken.subList(from, Math.min(withToken.size(), from + CALL_TOKENS)), cancelled);
      }
    }
  }

  private void askTokens(List<Map.Entry<Delivery, String>> asked, Set<Delivery> cancelled) {
    CommandArguments keys = new CommandArguments(Command.MGET);
    asked.forEach(one -> keys.key(Keys.utf8("request-cancel:" + one.getValue())));
    List<?> tokens = (List<?>) Objects.requireNonNull(call(keys));
    for (int i = 0; i < asked.size(); i++) {
      Delivery delivery = asked.get(i).getKey();
      if (tokens.get(i) instanceof byte[] bytes
          && Arrays.equals(bytes, Keys.utf8(token(delivery)))) {
        cancelled.add(delivery);
      }
    }
  }

  /** Tells a submission of llm-d-async from others of the same id; empty if nothing does. */
  private static String token(Delivery delivery) {
    @Nullable LlmdEnvelope envelope = Receipt.of(delivery).envelope();
    return envelope == null ? "" : envelope.requestToken();
  }

  private void copyActiveToken(String id) {
    @Nullable Object token =
        call(new CommandArguments(Command.GET).key(Keys.utf8("request-active:" + id)));
    if (token instanceof byte[] bytes) {
      call(
          new CommandArguments(Command.SET)
              .key(Keys.utf8("request-cancel:" + id))
              .add(bytes)
              .add("PX")
              .add(RETENTION.toMillis()));
    }
  }

  private @Nullable Object call(CommandArguments command) {
    try {
      return redis.call(command);
    } catch (JedisException e) {
      throw redis.failure(e);
    }
  }

  private static void waitUntilSeen() {
    long until = System.nanoTime() + WINDOW.toNanos() + TimeUnit.MILLISECONDS.toNanos(1);
    boolean interrupted = Thread.interrupted();
    while (System.nanoTime() - until < 0) {
      LockSupport.parkNanos(until - System.nanoTime());
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
