package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Decides which replica processes a message that a channel carried to all of them: the first to
 * {@code SET … NX} its name.
 *
 * <p>The name is made of the message's hash, which covers its id, and of how often the same message
 * was heard in this round: so a message that was published twice on purpose is processed twice. For
 * that all replicas must count from the same message on. A channel carries everything to everybody
 * in one order; so whoever subscribes publishes, on a channel beside it and in one transaction with
 * the subscription, that a new round begins, and all of them start to count anew where they hear
 * that. So does one that has counted much, before it needs too much memory.
 *
 * <p>Redis remembers a name for {@link #TTL}; a replica that hears of a message later than that,
 * because it was frozen, processes it a second time.
 *
 * <p>Used by one thread.
 */
final class Claims {

  private static final Script CLAIM = Script.of("claim-channel.lua");
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final String CLAIM_INFIX = ":claim:";
  private static final String ROUNDS = CLAIM_INFIX + "rounds";
  private static final int HASH_BYTES = 16;

  /** Different messages in a round; some megabytes. */
  private static final int MOST_COUNTED = 50_000;

  private final RedisConnections redis;
  private final int mostCounted;
  private final byte[] replica = Keys.utf8(UUID.randomUUID().toString());
  private final Map<String, String> channelByRounds = new HashMap<>();
  private final Map<String, Round> roundByChannel = new HashMap<>();

  /** What all replicas count together. */
  private static final class Round {
    private final String id;
    private final Map<String, Integer> timesByHash = new HashMap<>();
    private boolean ending;

    Round(String id) {
      this.id = id;
    }
  }

  /** A message that arrived, or, on a channel of {@link #rounds}, a round that begins. */
  record Arrival(String queue, Bytes body) {}

  /** A message under the name that all replicas give it. */
  record Named(Arrival arrival, String name) {}

  Claims(RedisConnections redis, List<String> channels) {
    this(redis, channels, MOST_COUNTED);
  }

  Claims(RedisConnections redis, List<String> channels, int mostCounted) {
    this.redis = redis;
    this.mostCounted = mostCounted;
    channels.forEach(channel -> channelByRounds.put(Keys.beside(channel, ROUNDS), channel));
  }

  /** Whether a key could be one that remembers a message of one of the channels. */
  static boolean mayBeName(String key, List<String> channels) {
    return channels.stream().anyMatch(channel -> key.startsWith(Keys.beside(channel, CLAIM_INFIX)));
  }

  /** The channels on which is told that a round begins. */
  List<String> rounds() {
    return List.copyOf(channelByRounds.keySet());
  }

  /** The messages with their names, in the order in which they were heard. */
  List<Named> named(List<Arrival> arrivals) {
    List<Named> named = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      String channel = channelByRounds.get(arrival.queue());
      if (channel != null) {
        roundByChannel.put(channel, new Round(arrival.body().toUtf8()));
      } else {
        named.add(new Named(arrival, name(arrival)));
      }
    }
    return named;
  }

  private String name(Arrival arrival) {
    Round round = Objects.requireNonNull(roundByChannel.get(arrival.queue()));
    String hash = hash(arrival.body());
    int times = round.timesByHash.merge(hash, 1, Integer::sum);
    return Keys.beside(arrival.queue(), CLAIM_INFIX + round.id + ":" + hash + ":" + times);
  }

  /** Those that are ours. */
  List<Arrival> win(List<Named> named) {
    if (named.isEmpty()) {
      return List.of();
    }
    List<byte[]> names = named.stream().map(one -> Keys.utf8(one.name())).toList();
    List<?> answer =
        (List<?>) redis.run(CLAIM, names, List.of(Keys.number(TTL.toMillis()), replica));
    List<Arrival> ours = new ArrayList<>();
    for (int i = 0; i < answer.size(); i++) {
      if ((Long) answer.get(i) == 1) {
        ours.add(named.get(i).arrival());
      }
    }
    return ours;
  }

  /** Ends rounds in which much was counted; the next begins when we hear of it, as others do. */
  void endLongRounds() {
    channelByRounds.forEach(
        (rounds, channel) -> {
          Round round = roundByChannel.get(channel);
          if (round != null && !round.ending && round.timesByHash.size() >= mostCounted) {
            round.ending = end(rounds);
          }
        });
  }

  private boolean end(String rounds) {
    try {
      redis.call(
          new CommandArguments(Command.PUBLISH)
              .add(Keys.utf8(rounds))
              .add(Keys.utf8(UUID.randomUUID().toString())));
      return true;
    } catch (JedisException e) {
      // There is time: after the next messages it is tried again.
      return false;
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
