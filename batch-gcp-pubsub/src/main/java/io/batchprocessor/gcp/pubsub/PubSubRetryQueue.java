package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where requests wait for another attempt. Pub/Sub has no delayed delivery: what waits is held,
 * here, under a lease that lasts until it is due and a little longer.
 *
 * <p>Without a retry topic it is the request itself that is held. Due times are kept to the
 * millisecond while this process lives, and attempts are counted. When it dies, or nobody here
 * wants the request when it is due, the lease ends and any process gets the request from its
 * subscription: as its first attempt again, without notes, and early if it was due in more than ten
 * minutes.
 *
 * <p>With a retry topic a request moves there, with attempt and due time, and is then acknowledged:
 * both survive every crash. What the topic does not take waits as above, and so do requests with an
 * ordering key: they must hold up those behind them. The topic is read by unary pulls: a stream
 * would bring what is due while nobody here wants it.
 */
final class PubSubRetryQueue extends PulledQueue implements RetryQueue {

  /** No subscription can have it. */
  private static final String NAME_WITHOUT_TOPIC = "~retries";

  /** So many may wait in one process; fewer if they are long. */
  private static final int MOST_WAITING = 10_000;

  private final Returned returned;
  private final String name;
  private final @Nullable RetryTopic topic;
  private final Waiting waiting = new Waiting(new Room(MOST_WAITING, Room.bytes()));

  /**
   * A queue of retries.
   *
   * @param source the subscription to the retry topic, null if there is none
   */
  PubSubRetryQueue(
      PubSubClient client,
      Connection connection,
      Leases leases,
      Publishing publishing,
      Returned returned,
      PubSubConfig config,
      @Nullable Source source,
      Messages messages) {
    super(
        Pulls.Kind.UNARY,
        client,
        connection,
        leases,
        config,
        source,
        (message, keeper) -> messages.retry(Objects.requireNonNull(source), keeper, message));
    this.returned = returned;
    this.name = source == null ? NAME_WITHOUT_TOPIC : source.queue();
    this.topic =
        config.retryTopic() == null
            ? null
            : new RetryTopic(config.retryTopic(), publishing, leases, lease());
    connection.every(lease().dividedBy(4), this::extendWaiting);
  }

  @Override
  public String name() {
    return name;
  }

  /** Nothing is kept here before everything else went well: a call that fails can be repeated. */
  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    Objects.requireNonNull(retries, "retries");
    Deliveries all = Deliveries.of(retries.stream().map(Retry::delivery).toList(), client());
    List<Retry> here = new ArrayList<>();
    List<Retry> moving = new ArrayList<>();
    for (Retry retry : retries) {
      (topic == null || RetryTopic.message(retry) == null ? here : moving).add(retry);
    }
    long now = System.nanoTime();
    Set<Held> lost = new HashSet<>(extendUntilDue(here));
    if (topic != null && !moving.isEmpty()) {
      RetryTopic.Left left = topic.store(moving);
      lost.addAll(left.lost());
      lost.addAll(extendUntilDue(left.refused()));
      here.addAll(left.refused());
      lost.addAll(leases().acknowledge(stored(moving)));
    }
    Map<Held, Long> dueNanos = new LinkedHashMap<>();
    for (Retry retry : here) {
      Held held = Held.of(retry.delivery());
      if (!lost.contains(held)) {
        dueNanos.put(held.forRetry(retry), Waiting.after(now, retry.delay()));
      }
    }
    keep(dueNanos);
    return all.lost(List.copyOf(lost));
  }

  private static List<Held> stored(List<Retry> retries) {
    return retries.stream().map(retry -> Held.of(retry.delivery())).filter(Held::isStored).toList();
  }

  /** Gives requests leases that last until they are due; returns the lost. */
  private List<Held> extendUntilDue(List<Retry> retries) {
    Map<Duration, List<Held>> byLease = new LinkedHashMap<>();
    for (Retry retry : retries) {
      byLease
          .computeIfAbsent(Waiting.leaseFor(retry.delay(), lease()), length -> new ArrayList<>())
          .add(Held.of(retry.delivery()));
    }
    List<Held> lost = new ArrayList<>();
    byLease.forEach((length, some) -> lost.addAll(leases().extend(some, length)));
    return lost;
  }

  private void keep(Map<Held, Long> dueNanos) {
    if (dueNanos.isEmpty()) {
      return;
    }
    // Should its lease end because nobody here wants it when it is due, the broker delivers it.
    dueNanos.keySet().forEach(returned::putOff);
    Map<Duration, List<Held>> excess = new LinkedHashMap<>();
    change(
        () -> {
          dueNanos.forEach(waiting::add);
          excess.putAll(waiting.takeExcess(System.nanoTime()));
        });
    // The broker's turn: it delivers these again when they are due.
    excess.forEach(
        (delay, some) -> {
          some.forEach(returned::putOff);
          var unused = leases().putOffLater(some, delay);
        });
  }

  @Override
  List<Held> poll(int max, long nowNanos) {
    return waiting.pollDue(max, nowNanos);
  }

  @Override
  boolean hasRoom() {
    return !waiting.isFull();
  }

  @Override
  long nanosUntilNext(long nowNanos) {
    return waiting.nanosUntilDue(nowNanos);
  }

  @Override
  void add(List<Held> messages) {
    long now = System.nanoTime();
    Instant today = Instant.now();
    messages.forEach(
        held -> waiting.add(held, Waiting.after(now, Messages.untilDue(held.message(), today))));
  }

  /** What is due and not wanted is not extended, and so goes back by itself. */
  @Override
  Collection<Held> unclaimed() {
    return List.of();
  }

  /** Starts the leases anew of what is handed out, and drops what the broker gave to others. */
  @Override
  List<Held> confirmed(List<Held> due) {
    try {
      Set<Held> lost = Set.copyOf(leases().extend(due, lease()));
      List<Held> ours = due.stream().filter(held -> !lost.contains(held)).toList();
      ours.forEach(held -> returned.take(held.source(), held.message().getMessageId()));
      return ours;
    } catch (RuntimeException e) {
      change(() -> due.forEach(held -> waiting.add(held, System.nanoTime())));
      throw e;
    }
  }

  /** Messages of the retry topic have no order to keep. */
  @Override
  public void ended(Held held, boolean acknowledged) {}

  private void extendWaiting() {
    long now = System.nanoTime();
    locked(() -> waiting.whoseLeaseEnds(now, lease()))
        .forEach((length, some) -> leases().extendLater(some, length));
  }

  /** Hands messages back to their subscriptions: the retry topic's, or the requests' own. */
  @Override
  public void release(List<Delivery> deliveries) {
    leases().release(Deliveries.of(deliveries, client()).held());
  }

  /** What waits here, by how long it is until it is due. */
  Map<Duration, List<Held>> drain() {
    return locked(() -> waiting.drain(System.nanoTime()));
  }
}
