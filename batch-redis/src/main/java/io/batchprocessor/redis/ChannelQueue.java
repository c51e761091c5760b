package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a channel brought and nobody has taken yet. It is in this process only, without a lease:
 * nobody else can have it.
 */
final class ChannelQueue extends RedisQueue {

  private final BlockingDeque<Delivery> buffer = new LinkedBlockingDeque<>();
  private final Set<Receipt> held = ConcurrentHashMap.newKeySet();
  private final Source source;
  private final int capacity;

  /** No other queue, here or elsewhere, has the same receipts. */
  private final String receipts = UUID.randomUUID() + "/";

  private final AtomicLong made = new AtomicLong();

  ChannelQueue(
      String name, Source source, RedisConnections redis, Settling settling, int capacity) {
    super(name, redis, settling);
    this.source = source;
    this.capacity = capacity;
  }

  /** A delivery of what was just heard. */
  Delivery heard(Bytes body) {
    // As precise as it is kept with a retry.
    return delivery(body, Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  private Delivery delivery(Bytes body, @Nullable Instant heardAt) {
    return Delivery.builder(name(), body)
        .enqueuedAt(heardAt)
        .receipt(new Receipt(source, receipt(), null, null, System.nanoTime(), held::remove))
        .build();
  }

  private byte[] receipt() {
    return Keys.utf8(receipts + made.incrementAndGet());
  }

  /** Takes a message in; says no if there is no room. */
  boolean offer(Delivery delivery) {
    return buffer.size() < capacity && buffer.offer(delivery);
  }

  /** Takes everything out. */
  List<Delivery> drain() {
    List<Delivery> all = new ArrayList<>();
    buffer.drainTo(all);
    return all;
  }

  @Override
  List<Delivery> poll(int max, Duration maxWait) throws InterruptedException {
    redis().checkOpen();
    List<Delivery> deliveries = new ArrayList<>();
    long wait = Math.min(maxWait.toNanos(), LONGEST_WAIT.toNanos());
    @Nullable Delivery first = buffer.poll(wait, TimeUnit.NANOSECONDS);
    if (first != null) {
      deliveries.add(first);
      buffer.drainTo(deliveries, max - 1);
      deliveries.forEach(delivery -> held.add(Receipt.of(delivery)));
    }
    return deliveries;
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    redis().checkOpen();
    List<Delivery> lost = closed(deliveries);
    deliveries.forEach(delivery -> Receipt.of(delivery).close());
    return lost;
  }

  @Override
  public void release(List<Delivery> deliveries) {
    redis().checkOpen();
    for (int i = deliveries.size() - 1; i >= 0; i--) {
      Delivery delivery = deliveries.get(i);
      if (Receipt.of(delivery).isOpen()) {
        Receipt.of(delivery).close();
        buffer.addFirst(delivery(delivery.body(), delivery.enqueuedAt().orElse(null)));
      }
    }
  }

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    redis().checkOpen();
    return closed(deliveries);
  }

  private static List<Delivery> closed(List<Delivery> deliveries) {
    return deliveries.stream().filter(delivery -> !Receipt.of(delivery).isOpen()).toList();
  }

  @Override
  long buffered() {
    return buffer.size();
  }

  @Override
  List<WaitingMessage> shown(int max, int maxBodyBytes) {
    return buffer.stream()
        .limit(max)
        .map(
            delivery ->
                new WaitingMessage(
                    name(),
                    delivery.body().first(maxBodyBytes),
                    delivery.body().length(),
                    delivery.attempt(),
                    null))
        .toList();
  }

  @Override
  long handedOut() {
    return held.size();
  }
}
