package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.StoredDeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** Goes through the stream of dead letters; a letter's key is the id of its entry. */
final class DeadLetters {

  private static final Script REVIVE = Script.of("revive.lua");

  /** Of an entry; anything else names no letter, and Redis would take a part of it for a range. */
  private static final Pattern KEY = Pattern.compile("\\d{1,20}-\\d{1,20}");

  private final RedisConnections redis;
  private final RedisConfig config;
  private final RedisProducer producer;
  private final byte[] key;

  DeadLetters(RedisConnections redis, RedisConfig config, Layout layout, RedisProducer producer) {
    this.redis = redis;
    this.config = config;
    this.producer = producer;
    this.key = layout.deadLetter();
  }

  List<StoredDeadLetter> oldest(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    return range("-", "+", max);
  }

  boolean retry(String letter) {
    if (!KEY.matcher(letter).matches()) {
      return false;
    }
    List<StoredDeadLetter> found = range(letter, letter, 1);
    if (found.isEmpty()) {
      return false;
    }
    String queue = found.get(0).queue();
    if (!config.requestQueues().contains(queue)) {
      throw new IllegalStateException(
          "the letter came from queue '%s', which is not among: %s"
              .formatted(queue, String.join(", ", config.requestQueues())));
    }
    List<byte[]> args = new ArrayList<>(List.of(Keys.utf8(letter)));
    args.addAll(producer.single(queue, found.get(0).body()));
    long done =
        (Long)
            redis.run(
                REVIVE,
                List.of(key, Keys.utf8(queue), Keys.utf8(Keys.beside(queue, ":number"))),
                args);
    if (done < 0) {
      throw new IllegalStateException(
          "nobody listens to '%s', so the letter would be lost; it stays".formatted(queue));
    }
    return done == 1;
  }

  boolean drop(String letter) {
    return KEY.matcher(letter).matches()
        && Long.valueOf(1)
            .equals(call(new CommandArguments(Command.XDEL).key(key).add(Keys.utf8(letter))));
  }

  private List<StoredDeadLetter> range(String from, String to, int max) {
    @Nullable Object answer =
        call(new CommandArguments(Command.XRANGE).key(key).add(from).add(to).add("COUNT").add(max));
    List<StoredDeadLetter> letters = new ArrayList<>();
    if (answer instanceof List<?> entries) {
      entries.forEach(entry -> letters.add(letter((List<?>) entry)));
    }
    return letters;
  }

  private static StoredDeadLetter letter(List<?> entry) {
    String id = Bytes.wrap((byte[]) entry.get(0)).toUtf8();
    Map<String, Bytes> fields = new HashMap<>();
    List<?> pairs = (List<?>) entry.get(1);
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      fields.put(Bytes.wrap((byte[]) pairs.get(i)).toUtf8(), Bytes.wrap((byte[]) pairs.get(i + 1)));
    }
    return new StoredDeadLetter(
        id,
        fields.getOrDefault("queue", Bytes.EMPTY).toUtf8(),
        fields.getOrDefault("message", Bytes.EMPTY),
        fields.getOrDefault("reason", Bytes.EMPTY).toUtf8(),
        Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-')))));
  }

  private @Nullable Object call(CommandArguments command) {
    redis.checkOpen();
    try {
      return redis.call(command);
    } catch (JedisException e) {
      throw redis.failure(e);
    }
  }
}
