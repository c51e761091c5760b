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

  private static final Script LETTERS = Script.of("letters.lua");
  private static final Script REVIVE = Script.of("revive.lua");

  /** Redis does nothing else meanwhile, and the letters may be large. */
  private static final int AT_ONCE = 20;

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

  List<StoredDeadLetter> oldest(int max, int maxBodyBytes) {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    if (maxBodyBytes < 0) {
      throw new IllegalArgumentException("maxBodyBytes must be at least 0, is " + maxBodyBytes);
    }
    List<StoredDeadLetter> letters = new ArrayList<>();
    String from = "-";
    int asked;
    int found;
    do {
      asked = Math.min(AT_ONCE, max - letters.size());
      List<StoredDeadLetter> some = some(from, asked, maxBodyBytes);
      found = some.size();
      letters.addAll(some);
      from = found == 0 ? from : "(" + some.get(found - 1).key();
    } while (found == asked && letters.size() < max);
    return letters;
  }

  private List<StoredDeadLetter> some(String from, int max, int maxBodyBytes) {
    redis.checkOpen();
    List<byte[]> args = List.of(Keys.utf8(from), Keys.number(max), Keys.number(maxBodyBytes));
    List<StoredDeadLetter> letters = new ArrayList<>();
    for (Object each : (List<?>) redis.run(LETTERS, List.of(key), args)) {
      List<?> fields = (List<?>) each;
      String id = text(fields.get(0));
      letters.add(
          new StoredDeadLetter(
              id,
              text(fields.get(1)),
              Bytes.wrap((byte[]) fields.get(3)),
              ((Long) fields.get(4)).intValue(),
              text(fields.get(2)),
              Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))))));
    }
    return letters;
  }

  private static String text(Object field) {
    return Bytes.wrap((byte[]) field).toUtf8();
  }

  boolean retry(String letter) {
    if (!KEY.matcher(letter).matches()) {
      return false;
    }
    Map<String, Bytes> found = fields(letter);
    if (found.isEmpty()) {
      return false;
    }
    String queue = found.getOrDefault("queue", Bytes.EMPTY).toUtf8();
    if (!config.requestQueues().contains(queue)) {
      throw new IllegalStateException(
          "the letter came from queue '%s', which is not among: %s"
              .formatted(queue, String.join(", ", config.requestQueues())));
    }
    List<byte[]> args = new ArrayList<>(List.of(Keys.utf8(letter)));
    args.addAll(producer.single(queue, found.getOrDefault("message", Bytes.EMPTY)));
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

  /** All that the entry says; empty if there is none. */
  private Map<String, Bytes> fields(String letter) {
    @Nullable Object answer =
        call(new CommandArguments(Command.XRANGE).key(key).add(letter).add(letter));
    Map<String, Bytes> fields = new HashMap<>();
    if (answer instanceof List<?> entries && !entries.isEmpty()) {
      List<?> pairs = (List<?>) ((List<?>) entries.get(0)).get(1);
      for (int i = 0; i + 1 < pairs.size(); i += 2) {
        fields.put(text(pairs.get(i)), Bytes.wrap((byte[]) pairs.get(i + 1)));
      }
    }
    return fields;
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
