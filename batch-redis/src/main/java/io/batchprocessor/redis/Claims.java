package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which replica processes a message that a channel carried to all of them: the first to
 * {@code SET … NX} its name.
 *
 * <p>The name is made of the message's hash, which covers its id, and of how often this replica has
 * heard the same message lately: so a message that was published twice on purpose is processed
 * twice. Redis remembers a name for {@link #TTL}; a replica that hears of a message later than
 * that, because it was frozen, processes it a second time.
 *
 * <p>Used by one thread.
 */
final class Claims {

  private static final Script CLAIM = Script.of("claim-channel.lua");
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final String CLAIM_INFIX = ":claim:";
  private static final int HASH_BYTES = 16;

  private final RedisConnections redis;
  private final Map<String, Heard> heard = new LinkedHashMap<>();

  /** How often, and when last. */
  private record Heard(int times, long atNanos) {}

  /** A message that arrived. */
  record Arrival(String queue, Bytes body) {}

  Claims(RedisConnections redis) {
    this.redis = redis;
  }

  /** Whether a key could be one that remembers a message of one of the channels. */
  static boolean mayBeName(String key, List<String> channels) {
    return channels.stream().anyMatch(channel -> key.startsWith(Keys.beside(channel, CLAIM_INFIX)));
  }

  /** Names for messages in the order in which they were heard. */
  List<byte[]> names(List<Arrival> arrivals) {
    long now = System.nanoTime();
    forgetBefore(now - 2 * TTL.toNanos());
    List<byte[]> names = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      String name = Keys.beside(arrival.queue(), CLAIM_INFIX + hash(arrival.body()));
      Heard before = heard.remove(name);
      int times = before == null ? 1 : before.times() + 1;
      heard.put(name, new Heard(times, now));
      names.add(Keys.utf8(name + ":" + times));
    }
    return names;
  }

  /** For each name whether it is ours. */
  List<Boolean> win(List<byte[]> names) {
    List<?> answer = (List<?>) redis.run(CLAIM, names, List.of(Keys.number(TTL.toMillis())));
    return answer.stream().map(won -> ((Long) won) == 1).toList();
  }

  private void forgetBefore(long nanos) {
    Iterator<Heard> oldestFirst = heard.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next().atNanos() - nanos < 0) {
      oldestFirst.remove();
    }
  }

  private static String hash(Bytes body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(body.asByteBuffer());
      return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
