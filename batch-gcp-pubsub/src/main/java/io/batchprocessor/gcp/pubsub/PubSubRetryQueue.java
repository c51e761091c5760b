package io.batchprocessor.gcp.pubsub;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
 * both survive every crash. Requests with an ordering key wait as above all the same: they must
 * hold up those behind them.
 */
final class PubSubRetryQueue implements RetryQueue, Pulls.Sink, Held.Keeper {

  /** No subscription can have it. */
  private static final String NAME_WITHOUT_TOPIC = "~retries";

  private final PubSubClient client;
  private final Leases leases;
  private final Publishing publishing;
  private final Returned returned;
  private final Duration lease;
  private final @Nullable String topic;
  private final @Nullable Source source;
  private final @Nullable Pulls pulls;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Waiting waiting = new Waiting();
  private @Nullable RuntimeException failure;

  PubSubRetryQueue(
      PubSubClient client,
      Connection connection,
      Leases leases,
      Publishing publishing,
      Returned returned,
      PubSubConfig config,
      @Nullable Source source,
      Messages messages) {
    this.client = client;
    this.leases = leases;
    this.publishing = publishing;
    this.returned = returned;
    this.lease = config.lease();
    this.topic = config.retryTopic();
    this.source = source;
    this.pulls =
        source == null
            ? null
            : new Pulls(
                client,
                connection,
                source,
                config,
                message -> messages.retry(source, this, message),
                this);
    connection.every(lease.dividedBy(4), this::extendWaiting);
  }

  @Override
  public String name() {
    return source == null ? NAME_WITHOUT_TOPIC : source.queue();
  }

  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    Objects.requireNonNull(retries, "retries");
    Deliveries all = Deliveries.of(retries.stream().map(Retry::delivery).toList(), client);
    List<Retry> here = new ArrayList<>();
    Map<Held, PubsubMessage> moving = new LinkedHashMap<>();
    for (Retry retry : retries) {
      Held held = Held.of(retry.delivery());
      @Nullable PubsubMessage message =
          topic == null || !held.orderingKey().isEmpty() ? null : Messages.retry(held, retry);
      if (message == null) {
        here.add(retry);
      } else {
        moving.put(held, message);
      }
    }
    List<Held> lost = new ArrayList<>();
    if (topic != null && !moving.isEmpty()) {
      lost.addAll(move(moving, topic));
    }
    lost.addAll(keep(here));
    return all.lost(lost);
  }

  /** Stores retries in the topic, then acknowledges the originals. */
  private List<Held> move(Map<Held, PubsubMessage> messages, String to) {
    Set<Held> lost =
        new HashSet<>(
            leases.extend(
                messages.keySet().stream().filter(held -> !held.isStored()).toList(), lease));
    List<Outgoing> outgoing = new ArrayList<>();
    messages.forEach(
        (held, message) -> {
          if (!lost.contains(held) && !held.isStored()) {
            outgoing.add(new Outgoing(message, held::stored));
          }
        });
    publishing.publish(to, outgoing);
    for (Outgoing one : outgoing) {
      if (one.refusal() != null) {
        throw new PubSubException("a retry was refused: " + one.refusal(), null);
      }
    }
    lost.addAll(
        leases.acknowledge(
            messages.keySet().stream().filter(held -> !lost.contains(held)).toList()));
    return List.copyOf(lost);
  }

  /** Keeps retries here, under leases that last until they are due. */
  private List<Held> keep(List<Retry> retries) {
    long now = System.nanoTime();
    List<Held> lost = new ArrayList<>();
    Map<Duration, List<Retry>> byLease = new LinkedHashMap<>();
    for (Retry retry : retries) {
      byLease
          .computeIfAbsent(Waiting.leaseFor(retry.delay(), lease), length -> new ArrayList<>())
          .add(retry);
    }
    byLease.forEach(
        (length, some) -> {
          List<Held> refused =
              leases.extend(some.stream().map(retry -> Held.of(retry.delivery())).toList(), length);
          lost.addAll(refused);
          Set<Held> gone = Set.copyOf(refused);
          for (Retry retry : some) {
            Held held = Held.of(retry.delivery());
            if (!gone.contains(held)) {
              keep(held.forRetry(retry), Waiting.after(now, retry.delay()));
            }
          }
        });
    return lost;
  }

  private void keep(Held held, long dueNanos) {
    // Should its lease end because nobody here wants it when it is due, the broker delivers it.
    returned.putOff(held);
    boolean full;
    lock.lock();
    try {
      full = waiting.isFull();
      if (!full) {
        waiting.add(held, dueNanos);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (full) {
      // The broker's turn: it delivers the request again when its lease ends.
      var unused =
          leases.putOffLater(
              List.of(held), Waiting.putOffFor(Duration.ofNanos(dueNanos - System.nanoTime())));
    }
  }

  @Override
  public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    long begin = System.nanoTime();
    long patience = NANOSECONDS.convert(maxWait);
    forgetFailure();
    while (true) {
      client.checkOpen();
      List<Held> due;
      lock.lockInterruptibly();
      try {
        long now = System.nanoTime();
        due = waiting.pollDue(max, now);
        if (due.isEmpty()) {
          throwFailure();
          if (pulls == null || pulls.isOutstanding() || waiting.isFull()) {
            long left = patience - (System.nanoTime() - begin);
            if (left <= 0) {
              return List.of();
            }
            // Whoever changes something signals under this lock.
            var unused = changed.awaitNanos(Math.min(left, waiting.nanosUntilDue(now)));
            continue;
          }
        }
      } finally {
        lock.unlock();
      }
      if (due.isEmpty()) {
        Objects.requireNonNull(pulls).send(max);
        patience = Math.max(patience, SubscriptionQueue.FIRST_ANSWER.toNanos());
        continue;
      }
      List<Held> ours = stillOurs(due);
      if (!ours.isEmpty()) {
        return ours.stream().map(held -> held.toDelivery(lease)).toList();
      }
    }
  }

  /** A pull that failed while nobody waited for it is nobody's failure. */
  private void forgetFailure() {
    lock.lock();
    try {
      failure = null;
    } finally {
      lock.unlock();
    }
  }

  private void throwFailure() {
    if (failure != null) {
      RuntimeException thrown = failure;
      failure = null;
      throw thrown;
    }
  }

  /** Starts the leases anew of what is handed out, and drops what the broker gave to others. */
  private List<Held> stillOurs(List<Held> due) {
    try {
      Set<Held> lost = Set.copyOf(leases.extend(due, lease));
      List<Held> ours = due.stream().filter(held -> !lost.contains(held)).toList();
      ours.forEach(held -> returned.take(held.source(), held.message().getMessageId()));
      return ours;
    } catch (RuntimeException e) {
      lock.lock();
      try {
        due.forEach(held -> waiting.add(held, System.nanoTime()));
      } finally {
        lock.unlock();
      }
      throw e;
    }
  }

  @Override
  public void arrived(List<Held> messages) {
    long now = System.nanoTime();
    lock.lock();
    try {
      messages.forEach(
          held -> waiting.add(held, Waiting.after(now, Messages.untilDue(held.message()))));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void failed(RuntimeException thrown) {
    lock.lock();
    try {
      failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Messages of the retry topic have no order to keep. */
  @Override
  public void ended(Held held, boolean acknowledged) {}

  private void extendWaiting() {
    long now = System.nanoTime();
    Map<Duration, List<Held>> byLease;
    lock.lock();
    try {
      byLease = waiting.whoseLeaseEnds(now, lease);
    } finally {
      lock.unlock();
    }
    byLease.forEach((length, some) -> leases.extendLater(some, length));
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    return Deliveries.of(deliveries, client).lost(leases::acknowledge);
  }

  /** Hands messages back to their subscriptions: the retry topic's, or the requests' own. */
  @Override
  public void release(List<Delivery> deliveries) {
    leases.release(Deliveries.of(deliveries, client).held());
  }

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    return Deliveries.of(deliveries, client).lost(held -> leases.extend(held, lease));
  }

  /** Wakes whoever waits; what waits here, by how long it is until it is due. */
  Map<Duration, List<Held>> close() {
    lock.lock();
    try {
      changed.signalAll();
      return waiting.drain(System.nanoTime());
    } finally {
      lock.unlock();
    }
  }
}
