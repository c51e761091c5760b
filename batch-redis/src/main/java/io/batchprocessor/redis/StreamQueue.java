package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A request stream, read as one consumer of a group.
 *
 * <p>The pending list of the group is the record of leases: an entry's idle time is the age of its
 * lease, its consumer is who holds it, its delivery counter is the delivery count. What waits is
 * taken by a script, one round trip for a batch; on an empty stream {@code XREADGROUP} blocks.
 */
final class StreamQueue extends RedisQueue {

  private static final Script RECEIVE = Script.of("receive.lua");
  private static final byte[] BODY_FIELD = Keys.utf8("message");

  /** How often to look for leases that ran out; more often if leases are shorter than this. */
  private static final Duration RECLAIM = Duration.ofSeconds(1);

  /** A consumer that holds nothing and was not heard of for so long is none. */
  private static final Duration GONE = Duration.ofHours(1);

  /** After a wait the rest of a burst is taken by the script, which counts bytes. */
  private static final int COUNT_AFTER_WAIT = 16;

  private final RedisConfig config;
  private final Cancellations cancellations;
  private final Source source;
  private final List<byte[]> keys;
  private final byte[] group;
  private final byte[] consumer;
  private final OwnConnection own;
  private final Map<String, Receipt> held = new ConcurrentHashMap<>();
  private final long reclaimNanos;
  private long nextReclaim = System.nanoTime();
  private long nextRemoval = nextReclaim;
  private String reclaimFrom = "0-0";

  StreamQueue(
      String name,
      Source source,
      RedisConnections redis,
      RedisConfig config,
      Layout layout,
      Settling settling,
      Cancellations cancellations,
      byte[] consumer) {
    super(name, redis, settling);
    this.config = config;
    this.cancellations = cancellations;
    this.source = source;
    this.group = Keys.utf8(config.group());
    this.consumer = consumer;
    this.keys = new ArrayList<>(layout.keysOf(source, 2));
    this.keys.add(layout.cancelled());
    this.own = new OwnConnection(redis, keys.get(0));
    this.reclaimNanos = Math.min(RECLAIM.toNanos(), config.lease().toNanos() / 10);
  }

  @Override
  List<Delivery> poll(int max, Duration maxWait) {
    try {
      List<Delivery> deliveries = take(max);
      return deliveries.isEmpty() && !maxWait.isZero() ? await(max, maxWait) : deliveries;
    } catch (JedisDataException e) {
      if (e.getMessage() != null && e.getMessage().contains("NOGROUP")) {
        // Somebody removed the stream, and the group with it.
        StreamGroup.create(own, keys.get(0), group);
        return List.of();
      }
      throw own.failed(e);
    } catch (JedisException e) {
      throw own.failed(e);
    }
  }

  private List<Delivery> take(int max) {
    long sent = System.nanoTime();
    boolean reclaim = sent - nextReclaim >= 0;
    List<byte[]> args =
        List.of(
            group,
            consumer,
            Keys.number(max),
            Keys.number(ENOUGH_BYTES),
            Keys.number(config.lease().toMillis()),
            Keys.utf8(reclaim ? reclaimFrom : ""));
    List<?> answer = (List<?>) RECEIVE.run(own, keys, args);
    if (reclaim) {
      reclaimFrom = text(answer.get(1));
      if (reclaimFrom.equals("0-0")) {
        nextReclaim = sent + reclaimNanos;
        removeConsumersThatAreGone(sent);
      }
    }
    long notCancelledUntil = cancellations.knownUntil(sent, (Long) answer.get(0));
    List<Delivery> deliveries = new ArrayList<>(answer.size());
    for (Object entry : answer.subList(2, answer.size())) {
      List<?> parts = (List<?>) entry;
      deliveries.add(
          delivery(parts.get(0), (Long) parts.get(1), (List<?>) parts.get(2), notCancelledUntil));
    }
    return deliveries;
  }

  /** Each process that crashed has left one. */
  private void removeConsumersThatAreGone(long now) {
    if (now - nextRemoval >= 0) {
      StreamGroup.removeIdle(own, keys.get(0), group, GONE);
      nextRemoval = now + GONE.toNanos();
    }
  }

  private List<Delivery> await(int max, Duration maxWait) {
    Duration wait =
        min(min(maxWait, LONGEST_WAIT), Duration.ofNanos(Math.max(reclaimNanos, 1_000_000)));
    CommandArguments read =
        new CommandArguments(Command.XREADGROUP)
            .add("GROUP")
            .add(group)
            .add(consumer)
            .add("COUNT")
            .add(Math.min(max, COUNT_AFTER_WAIT))
            .add("BLOCK")
            // Zero would mean for ever.
            .add(Math.max(1, wait.toMillis()))
            .add("STREAMS")
            .key(keys.get(0))
            .add(">");
    @Nullable Object answer = own.call(read, redis().patienceMillis(wait));
    if (answer == null) {
      return List.of();
    }
    List<?> stream = (List<?>) ((List<?>) answer).get(0);
    long now = System.nanoTime();
    List<Delivery> deliveries = new ArrayList<>();
    for (Object entry : (List<?>) stream.get(1)) {
      List<?> parts = (List<?>) entry;
      deliveries.add(delivery(parts.get(0), 1, (List<?>) parts.get(1), now));
    }
    return deliveries;
  }

  private Delivery delivery(
      Object id, long deliveryCount, List<?> fields, long notCancelledUntilNanos) {
    String entryId = text(id);
    Receipt receipt =
        new Receipt(
            source,
            (byte[]) id,
            null,
            null,
            notCancelledUntilNanos,
            closed -> held.remove(entryId, closed));
    // Ours again after its lease ran out, or after a release: the former delivery is void.
    @Nullable Receipt former = held.put(entryId, receipt);
    if (former != null) {
      former.close();
    }
    @Nullable Bytes body = null;
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      byte[] value = (byte[]) fields.get(i + 1);
      if (body == null && Arrays.equals((byte[]) fields.get(i), BODY_FIELD)) {
        body = Bytes.wrap(value);
      } else {
        attributes.put(text(fields.get(i)), new String(value, StandardCharsets.UTF_8));
      }
    }
    return Delivery.builder(name(), body != null ? body : asLines(fields))
        .deliveryCount((int) Math.max(1, Math.min(deliveryCount, Integer.MAX_VALUE)))
        .lease(config.lease())
        .attributes(body != null ? attributes : Map.of())
        .enqueuedAt(enqueuedAt(entryId))
        .receipt(receipt)
        .build();
  }

  /** An entry without a message: no request, but whoever looks for it later shall see it whole. */
  private static Bytes asLines(List<?> fields) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (int i = 0; i < fields.size(); i++) {
      lines.writeBytes((byte[]) fields.get(i));
      lines.write(i % 2 == 0 ? '=' : '\n');
    }
    return Bytes.wrap(lines.toByteArray());
  }

  /** Entry ids begin with the time in milliseconds, unless a producer chose its own. */
  private static @Nullable Instant enqueuedAt(String entryId) {
    try {
      long millis = Long.parseLong(entryId.substring(0, entryId.indexOf('-')));
      return millis > TimeUnit.DAYS.toMillis(10_000) ? Instant.ofEpochMilli(millis) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
