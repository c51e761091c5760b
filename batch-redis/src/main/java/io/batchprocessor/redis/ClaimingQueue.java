package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Messages in sorted sets, claimed by a script: it moves them to a lease set under a token that is
 * theirs alone, and puts back what is held by a lease that ran out.
 *
 * <p>While there is nothing to claim, the queue waits for Redis to tell of a change ({@link
 * WatchConnection}), for the end of a lease, or for a retry to be due, whichever is first. Where
 * Redis may not tell, it looks every {@link #POLL}.
 */
class ClaimingQueue extends RedisQueue {

  private static final Script CLAIM = Script.of("claim.lua");

  /** Where Redis does not tell of changes. */
  static final Duration POLL = Duration.ofMillis(3);

  /** After a change that brought nothing for us: others may make many of these. */
  private static final Duration REST = Duration.ofMillis(2);

  private static final int KEYS_OF_A_SET = 4;

  private final RedisConfig config;
  private final Cancellations cancellations;
  private final MessageFormat format;
  private final List<Source> sources;
  private final List<String> origins;
  private final List<byte[]> claimKeys = new ArrayList<>();
  private final List<byte[]> watched = new ArrayList<>();
  private final byte[] readyPrefix;
  private final byte[] consumer;
  private final OwnConnection own;
  private final Watch watch;
  private long nextMillis = -1;
  private long claims;
  private boolean woken;

  /**
   * A queue over several sorted sets.
   *
   * @param sources the sets
   * @param origins for each the request queue that its messages come from
   * @param delayed whether the retry set is looked through for what is due
   */
  ClaimingQueue(
      String name,
      List<Source> sources,
      List<String> origins,
      boolean delayed,
      RedisConnections redis,
      RedisConfig config,
      Layout layout,
      Settling settling,
      Cancellations cancellations,
      MessageFormat format,
      byte[] consumer) {
    super(name, redis, settling);
    this.config = config;
    this.cancellations = cancellations;
    this.format = format;
    this.consumer = consumer;
    this.sources = sources;
    this.origins = origins;
    this.readyPrefix = Keys.utf8(delayed ? layout.readyPrefix() : "");
    claimKeys.add(layout.cancelled());
    claimKeys.add(delayed ? layout.retry() : layout.keysOf(sources.get(0), 1).get(0));
    if (delayed) {
      watched.add(layout.retry());
    }
    for (Source source : sources) {
      List<byte[]> keys = layout.keysOf(source, KEYS_OF_A_SET);
      claimKeys.addAll(keys);
      watched.add(keys.get(0));
    }
    this.watch = new Watch(name, redis, watched.get(0), System::nanoTime);
    this.own = new OwnConnection(redis, watched.get(0));
  }

  @Override
  final List<Delivery> poll(int max, Duration maxWait) throws InterruptedException {
    try {
      List<Delivery> deliveries = claim(max);
      if (deliveries.isEmpty() && !maxWait.isZero()) {
        if (woken) {
          LockSupport.parkNanos(Math.min(REST.toNanos(), maxWait.toNanos()));
        }
        await(soonest(maxWait));
      } else {
        woken = false;
      }
      return deliveries;
    } catch (JedisException e) {
      watch.drop();
      throw own.failed(e);
    }
  }

  private Duration soonest(Duration maxWait) {
    Duration next = nextMillis < 0 ? maxWait : Duration.ofMillis(nextMillis);
    return next.compareTo(maxWait) < 0 ? next : maxWait;
  }

  /**
   * Waits for a change. The first call for each change only asks to be told, so that one that
   * happened just before is found by the claim that follows.
   */
  private void await(Duration wait) throws InterruptedException {
    @Nullable WatchConnection changes = watch.connection();
    if (changes == null) {
      LockSupport.parkNanos(Math.min(POLL.toNanos(), wait.toNanos()));
      return;
    }
    if (!changes.armed()) {
      woken = false;
      changes.arm(watched);
      return;
    }
    long start = System.nanoTime();
    long left = wait.toNanos();
    while (changes.armed() && left > 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      changes.await(Duration.ofNanos(Math.min(roundUp(left), LONGEST_WAIT.toNanos())));
      left = wait.toNanos() - (System.nanoTime() - start);
    }
    woken = !changes.armed();
  }

  /** Sockets wait for whole milliseconds; one less would make the last of them a busy loop. */
  private static long roundUp(long nanos) {
    return nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1;
  }

  private List<Delivery> claim(int max) {
    long sent = System.nanoTime();
    List<byte[]> args =
        List.of(
            Keys.number(max),
            Keys.number(ENOUGH_BYTES),
            Keys.number(config.lease().toMillis()),
            nonce(),
            readyPrefix);
    List<?> answer = (List<?>) CLAIM.run(own, claimKeys, args);
    nextMillis = (Long) answer.get(1);
    long notCancelledUntil = cancellations.knownUntil(sent, (Long) answer.get(0));
    List<Delivery> deliveries = new ArrayList<>(answer.size());
    for (Object claimed : answer.subList(2, answer.size())) {
      List<?> parts = (List<?>) claimed;
      int set = Math.toIntExact((Long) parts.get(0)) - 1;
      deliveries.add(
          delivery(set, (byte[]) parts.get(1), (byte[]) parts.get(2), notCancelledUntil));
    }
    return deliveries;
  }

  private Delivery delivery(int set, byte[] token, byte[] member, long notCancelledUntilNanos) {
    // <nonce>:<count>:<score>
    String[] parts = new String(token, StandardCharsets.US_ASCII).split(":", 3);
    MessageFormat.Read read = format.read(Bytes.wrap(member), origins.get(set));
    Envelope message = read.message();
    @Nullable String rank = config.kind() == Kind.SORTED_SET ? parts[2] : null;
    return Delivery.builder(message.queue(), message.body())
        .attempt(message.attempt())
        .deliveryCount(Integer.parseInt(parts[1]))
        .lease(config.lease())
        .attributes(message.attributes())
        .enqueuedAt(message.enqueuedAt())
        .receipt(
            new Receipt(
                sources.get(set), token, rank, read.envelope(), notCancelledUntilNanos, r -> {}))
        .build();
  }

  /**
   * Makes tokens that were never given before: no other process has this one's name, so not even a
   * failover that lost the last tokens lets one be given twice.
   */
  private byte[] nonce() {
    claims++;
    return Keys.utf8(new String(consumer, StandardCharsets.US_ASCII) + "/" + claims + "/");
  }
}
