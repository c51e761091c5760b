package io.batchprocessor.memory;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue that hands its messages out for a while: what waits, by turn, and what is held.
 *
 * <p>There is no thread that watches the leases: {@code receive} looks for those that are over, and
 * a {@code receive} that waits sleeps until the next one ends or the next message is due.
 */
abstract class LeasedQueue implements RequestQueue {

  private final String name;
  private final Guard guard;
  private final Duration leaseLength;
  private final Condition available;
  private final Waiting waiting = new Waiting();

  /** What is held. All leases are equally long: who began last ends last, and stands last. */
  private final LinkedHashSet<Lease> leases = new LinkedHashSet<>();

  private long added;

  LeasedQueue(String name, Guard guard, Duration leaseLength) {
    this.name = name;
    this.guard = guard;
    this.leaseLength = leaseLength;
    this.available = guard.newCondition();
  }

  @Override
  public final String name() {
    return name;
  }

  final Guard guard() {
    return guard;
  }

  @Override
  public final List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    // Waiting is measured by the condition and not by the ticker: leases and due times may follow
    // a clock that stands still, a caller's patience doesn't.
    long patience = NANOSECONDS.convert(maxWait);
    guard.lockOpenInterruptibly();
    try {
      while (true) {
        long now = guard.now();
        List<Delivery> taken = take(max, now);
        if (!taken.isEmpty() || patience <= 0) {
          return taken;
        }
        long pause = Math.min(patience, nextChange() - now);
        patience -= pause - available.awaitNanos(pause);
        guard.checkOpen();
      }
    } finally {
      // A signal wakes one receiver. Should there be another, it has to watch over what this one
      // leaves behind: messages, due times, the leases that began just now.
      if (size() > 0) {
        available.signal();
      }
      guard.unlock();
    }
  }

  @Override
  public final List<Delivery> acknowledge(List<Delivery> deliveries) {
    checkOwn(deliveries);
    List<PendingResult> unanswered = new ArrayList<>();
    List<Delivery> lost = new ArrayList<>();
    guard.lockOpen();
    try {
      long now = guard.now();
      for (Delivery delivery : deliveries) {
        Lease lease = Lease.of(delivery, guard);
        if (!end(lease, now)) {
          lost.add(delivery);
        } else if (lease.reply() != null && !lease.isAnswered()) {
          unanswered.add(lease.reply());
        }
      }
    } finally {
      guard.unlock();
    }
    unanswered.forEach(reply -> reply.fail("it was acknowledged without one"));
    return lost;
  }

  @Override
  public final void release(List<Delivery> deliveries) {
    checkOwn(deliveries);
    guard.lockOpen();
    try {
      long now = guard.now();
      for (Delivery delivery : deliveries) {
        Lease lease = Lease.of(delivery, guard);
        if (end(lease, now)) {
          put(lease.message());
        }
      }
    } finally {
      guard.unlock();
    }
  }

  @Override
  public final List<Delivery> extend(List<Delivery> deliveries) {
    checkOwn(deliveries);
    List<Delivery> lost = new ArrayList<>();
    guard.lockOpen();
    try {
      long now = guard.now();
      for (Delivery delivery : deliveries) {
        Lease lease = Lease.of(delivery, guard);
        if (end(lease, now)) {
          begin(lease, now);
        } else {
          lost.add(delivery);
        }
      }
    } finally {
      guard.unlock();
    }
    return lost;
  }

  /** Lock held: whether a lease lasts. */
  final boolean holds(Lease lease, long now) {
    return !lease.isOver(now) && leases.contains(lease);
  }

  /** Lock held: ends a lease; false if it was lost. The message is the caller's then. */
  final boolean end(Lease lease, long now) {
    return !lease.isOver(now) && leases.remove(lease);
  }

  /** Lock held: adds a message to those that wait. */
  final void put(StoredMessage message) {
    waiting.add(message);
    message.room().enter();
    available.signal();
  }

  /** Lock held: the place of a new message, after those that are there already. */
  final long nextOrder() {
    return added++;
  }

  /** Lock held. */
  final Backlog backlog() {
    long now = guard.now();
    takeBackLost(now);
    @Nullable StoredMessage oldest = waiting.peek();
    return new Backlog(
        name,
        waiting.size(),
        leases.size(),
        oldest == null ? null : Duration.ofNanos(Math.max(0, now - oldest.availableAt())));
  }

  /** Lock held: those of the waiting that go first. */
  final List<StoredMessage> first(int max) {
    takeBackLost(guard.now());
    return waiting.first(max);
  }

  /** Lock held: forgets every message, and names the futures that still wait. */
  final void clear(Consumer<PendingResult> unanswered) {
    Consumer<StoredMessage> forget =
        message -> {
          if (message.reply() != null) {
            unanswered.accept(message.reply());
          }
        };
    waiting.forEach(forget);
    leases.forEach(lease -> forget.accept(lease.message()));
    waiting.clear();
    leases.clear();
  }

  /** Refuses a list before anything is done with it. */
  private void checkOwn(List<Delivery> deliveries) {
    Objects.requireNonNull(deliveries, "deliveries");
    for (Delivery delivery : deliveries) {
      String owner = Lease.of(delivery, guard).queue().name();
      if (!owner.equals(name)) {
        throw new IllegalArgumentException(
            "%s was handed out by queue '%s', not by '%s'".formatted(delivery, owner, name));
      }
    }
  }

  private List<Delivery> take(int max, long now) {
    takeBackLost(now);
    List<Delivery> taken = new ArrayList<>();
    while (taken.size() < max) {
      @Nullable StoredMessage message = waiting.poll(now);
      if (message == null) {
        break;
      }
      message.room().leave();
      Lease lease = new Lease(this, message, now);
      begin(lease, now);
      taken.add(message.toDelivery(lease, leaseLength));
    }
    return taken;
  }

  private void begin(Lease lease, long now) {
    lease.endsAt(Guard.after(now, NANOSECONDS.convert(leaseLength)));
    leases.add(lease);
  }

  private void takeBackLost(long now) {
    Iterator<Lease> oldestFirst = leases.iterator();
    while (oldestFirst.hasNext()) {
      Lease lease = oldestFirst.next();
      if (!lease.isOver(now)) {
        return;
      }
      oldestFirst.remove();
      put(lease.message().redelivered());
    }
  }

  /** When there will be something to hand out, if nothing else happens. */
  private long nextChange() {
    @Nullable StoredMessage next = waiting.peek();
    long change = next == null ? Long.MAX_VALUE : next.availableAt();
    return leases.isEmpty() ? change : Math.min(change, leases.iterator().next().endsAt());
  }

  private int size() {
    return waiting.size() + leases.size();
  }
}
