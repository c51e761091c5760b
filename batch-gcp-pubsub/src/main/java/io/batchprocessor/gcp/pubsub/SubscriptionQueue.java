package io.batchprocessor.gcp.pubsub;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A subscription as a queue of requests. */
final class SubscriptionQueue implements RequestQueue, Pulls.Sink, Held.Keeper {

  /** However short a receive may wait, the broker is given this long to answer its first pull. */
  static final Duration FIRST_ANSWER = Duration.ofMillis(250);

  /** How long a message that nobody asked for yet may stay here before the broker has it back. */
  private static final Duration UNCLAIMED = Duration.ofMillis(200);

  /** So many may wait behind others of their ordering keys before no more are asked for. */
  private static final int MOST_IN_LINE = 1_000;

  private final Source source;
  private final PubSubClient client;
  private final Connection connection;
  private final Leases leases;
  private final Duration lease;
  private final Pulls pulls;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Held> atHand = new ArrayDeque<>();
  private final OrderedLines lines = new OrderedLines();
  private @Nullable RuntimeException failure;
  private int receivers;

  SubscriptionQueue(
      Source source,
      PubSubClient client,
      Connection connection,
      Leases leases,
      PubSubConfig config,
      Messages messages) {
    this.source = source;
    this.client = client;
    this.connection = connection;
    this.leases = leases;
    this.lease = config.lease();
    this.pulls =
        new Pulls(
            client,
            connection,
            source,
            config,
            message -> messages.request(source, this, message),
            this);
    if (source.ordered()) {
      connection.every(lease.dividedBy(4), this::extendLines);
    }
  }

  @Override
  public String name() {
    return source.queue();
  }

  @Override
  public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    return take(max, maxWait).stream().map(held -> held.toDelivery(lease)).toList();
  }

  /** The same, of messages. */
  List<Held> take(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    long begin = System.nanoTime();
    long patience = NANOSECONDS.convert(maxWait);
    receivers(1);
    forgetFailure();
    try {
      while (true) {
        client.checkOpen();
        lock.lockInterruptibly();
        try {
          List<Held> taken = poll(max);
          if (!taken.isEmpty()) {
            return taken;
          }
          throwFailure();
          if (pulls.isOutstanding() || lines.waiting() >= MOST_IN_LINE) {
            long left = patience - (System.nanoTime() - begin);
            if (left <= 0) {
              return List.of();
            }
            // Whoever changes something signals under this lock.
            var unused = changed.awaitNanos(left);
            continue;
          }
        } finally {
          lock.unlock();
        }
        pulls.send(max);
        patience = Math.max(patience, FIRST_ANSWER.toNanos());
      }
    } finally {
      receivers(-1);
    }
  }

  private List<Held> poll(int max) {
    long now = System.nanoTime();
    List<Held> taken = new ArrayList<>();
    while (taken.size() < max && !atHand.isEmpty()) {
      Held held = atHand.remove();
      if (held.isHeld(now)) {
        taken.add(held);
      } else {
        held.givenUp();
      }
    }
    return taken;
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

  private void receivers(int change) {
    lock.lock();
    try {
      receivers += change;
      lookForUnclaimed();
    } finally {
      lock.unlock();
    }
  }

  /** Lock held: nobody may be there who wants what is at hand. */
  private void lookForUnclaimed() {
    if (receivers == 0 && !atHand.isEmpty()) {
      connection.later(UNCLAIMED, this::handBackUnclaimed);
    }
  }

  private void handBackUnclaimed() {
    List<Held> unclaimed;
    lock.lock();
    try {
      if (receivers > 0) {
        return;
      }
      unclaimed = List.copyOf(atHand);
      atHand.clear();
    } finally {
      lock.unlock();
    }
    if (!unclaimed.isEmpty()) {
      var unused = leases.releaseLater(unclaimed);
    }
  }

  @Override
  public void arrived(List<Held> messages) {
    lock.lock();
    try {
      messages.stream().filter(lines::admits).forEach(atHand::add);
      lookForUnclaimed();
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

  @Override
  public void ended(Held held, boolean acknowledged) {
    String key = held.orderingKey();
    if (key.isEmpty()) {
      return;
    }
    List<Held> behind = List.of();
    lock.lock();
    try {
      if (acknowledged) {
        @Nullable Held next = lines.next(key);
        if (next != null) {
          atHand.add(next);
          lookForUnclaimed();
          changed.signalAll();
        }
      } else {
        behind = lines.disband(key);
      }
    } finally {
      lock.unlock();
    }
    if (!behind.isEmpty()) {
      var unused = leases.releaseLater(behind);
    }
  }

  private void extendLines() {
    List<Held> waiting;
    lock.lock();
    try {
      waiting = lines.all();
    } finally {
      lock.unlock();
    }
    if (!waiting.isEmpty()) {
      leases.extendLater(waiting, lease);
    }
  }

  @Override
  public List<Delivery> acknowledge(List<Delivery> deliveries) {
    return Deliveries.of(deliveries, client).lost(leases::acknowledge);
  }

  @Override
  public void release(List<Delivery> deliveries) {
    List<Held> held = Deliveries.of(deliveries, client).held();
    List<Held> behind = new ArrayList<>();
    lock.lock();
    try {
      held.forEach(first -> behind.addAll(lines.disband(first.orderingKey())));
    } finally {
      lock.unlock();
    }
    if (!behind.isEmpty()) {
      leases.release(behind);
    }
    leases.release(held);
  }

  @Override
  public List<Delivery> extend(List<Delivery> deliveries) {
    Objects.requireNonNull(deliveries, "deliveries");
    return Deliveries.of(deliveries, client).lost(held -> leases.extend(held, lease));
  }

  /** Wakes whoever waits, and gives back what nobody was given yet. */
  List<Held> close() {
    lock.lock();
    try {
      changed.signalAll();
      List<Held> left = new ArrayList<>(atHand);
      left.addAll(lines.all());
      atHand.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "SubscriptionQueue[%s]".formatted(source.name());
  }
}
