package io.batchprocessor.gcp.pubsub;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the queues of requests and of retries share: who waits for messages, when more are asked
 * for, when those that nobody wants go back, and how deliveries are settled. What waits here is the
 * subclass's, under this class's lock.
 */
abstract class PulledQueue implements RequestQueue, Pulls.Sink {

  /** However short a receive may wait, the broker is given this long to answer the first time. */
  private static final Duration FIRST_ANSWER = Duration.ofMillis(250);

  private final PubSubClient client;
  private final Connection connection;
  private final Leases leases;
  private final Duration lease;
  private final @Nullable Pulls pulls;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable RuntimeException failure;
  private int receivers;
  private long wantedNanos = System.nanoTime();
  private boolean looking;

  /**
   * A queue.
   *
   * @param source null if nothing is to be pulled
   */
  PulledQueue(
      Pulls.Kind kind,
      PubSubClient client,
      Connection connection,
      Leases leases,
      PubSubConfig config,
      @Nullable Source source,
      Pulls.Reader reader) {
    this.client = client;
    this.connection = connection;
    this.leases = leases;
    this.lease = config.lease();
    this.pulls =
        source == null ? null : Pulls.of(kind, client, connection, source, config, reader, this);
  }

  /** Lock held: takes what may be handed out now. */
  abstract List<Held> poll(int max, long nowNanos);

  /** Lock held: whether more may come. */
  abstract boolean hasRoom();

  /** Lock held: what came. */
  abstract void add(List<Held> messages);

  /** Lock held: what waits here for nobody, the oldest first; to be removed from. */
  abstract Collection<Held> unclaimed();

  /** Lock held: how long until there is something to hand out though nothing comes. */
  long nanosUntilNext(long nowNanos) {
    return Long.MAX_VALUE;
  }

  /** The last look at what is to be handed out, without the lock: what of it is ours. */
  List<Held> confirmed(List<Held> polled) {
    return polled;
  }

  final PubSubClient client() {
    return client;
  }

  final Leases leases() {
    return leases;
  }

  final Duration lease() {
    return lease;
  }

  @Override
  public final List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
    return take(max, maxWait).stream().map(held -> held.toDelivery(lease)).toList();
  }

  /** The same, of messages. */
  final List<Held> take(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    long begin = System.nanoTime();
    long patience = NANOSECONDS.convert(maxWait);
    receiverCame();
    try {
      while (true) {
        client.checkOpen();
        List<Held> polled;
        @Nullable Runnable asking = null;
        lock.lockInterruptibly();
        try {
          long now = System.nanoTime();
          polled = poll(max, now);
          if (polled.isEmpty()) {
            throwFailure();
            asking = pulls == null || !hasRoom() ? null : pulls.ask(max);
            if (asking == null) {
              long left = patience - (now - begin);
              if (left <= 0) {
                return List.of();
              }
              // Whoever changes something signals under this lock.
              var unused = changed.awaitNanos(Math.min(left, nanosUntilNext(now)));
              continue;
            }
          }
        } finally {
          lock.unlock();
        }
        if (asking != null) {
          asking.run();
          patience = Math.max(patience, FIRST_ANSWER.toNanos());
          continue;
        }
        List<Held> ours = confirmed(polled);
        if (!ours.isEmpty()) {
          return ours;
        }
      }
    } finally {
      receiverLeft();
    }
  }

  /** What failed while nobody waited for it is nobody's failure. */
  private void receiverCame() {
    change(
        () -> {
          receivers++;
          failure = null;
        });
  }

  private void receiverLeft() {
    change(
        () -> {
          receivers--;
          wantedNanos = System.nanoTime();
        });
  }

  private void throwFailure() {
    if (failure != null) {
      RuntimeException thrown = failure;
      failure = null;
      throw thrown;
    }
  }

  /** Changes what waits here, and wakes who waits for it. */
  final void change(Runnable change) {
    var unused =
        locked(
            () -> {
              change.run();
              lookForUnclaimed();
              changed.signalAll();
              return true;
            });
  }

  final <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void arrived(List<Held> messages, Runnable also) {
    List<Held> wanted;
    try {
      wanted = leases.withoutDone(messages);
    } catch (RuntimeException e) {
      failed(e, also);
      return;
    }
    change(
        () -> {
          also.run();
          add(wanted);
        });
  }

  @Override
  public final void failed(RuntimeException thrown, Runnable also) {
    change(
        () -> {
          also.run();
          failure = thrown;
        });
  }

  /** Lock held: there may soon be nobody who wants what is here, or what may come. */
  private void lookForUnclaimed() {
    if (pulls != null && !looking && (!unclaimed().isEmpty() || pulls.comesUnasked())) {
      looking = true;
      connection.later(pulls.linger(), () -> look(pulls));
    }
  }

  private void look(Pulls asked) {
    boolean back =
        locked(
            () -> {
              looking = false;
              boolean useless = !unclaimed().isEmpty() || asked.comesUnasked();
              if ((useless && isAbandoned(asked)) || unclaimed().stream().anyMatch(this::isStale)) {
                return true;
              }
              lookForUnclaimed();
              return false;
            });
    if (back) {
      // Not before nothing comes any more: what goes back would come again at once.
      var unused = asked.rest().whenComplete((rested, thrown) -> handBack(asked));
    }
  }

  private void handBack(Pulls asked) {
    List<Held> back =
        locked(
            () -> {
              List<Held> all =
                  unclaimed().stream().filter(held -> isAbandoned(asked) || isStale(held)).toList();
              unclaimed().removeAll(Set.copyOf(all));
              return all;
            });
    if (!back.isEmpty()) {
      var unused = leases.releaseLater(back);
    }
    // What came meanwhile is to be looked at too.
    change(() -> {});
  }

  /** Nobody asked for anything for a while. */
  private boolean isAbandoned(Pulls asked) {
    return receivers == 0 && System.nanoTime() - wantedNanos >= asked.linger().toNanos();
  }

  /** Less is asked for than there is: a third of its lease is over. */
  private boolean isStale(Held held) {
    return held.leaseEndNanos() - System.nanoTime() < lease.toNanos() / 3 * 2;
  }

  @Override
  public final List<Delivery> acknowledge(List<Delivery> deliveries) {
    return Deliveries.of(deliveries, client).lost(leases::acknowledge);
  }

  @Override
  public final List<Delivery> extend(List<Delivery> deliveries) {
    return Deliveries.of(deliveries, client).lost(held -> leases.extend(held, lease));
  }

  /** Wakes whoever waits, and asks for nothing more; done when nothing comes any more. */
  final CompletableFuture<?> stop() {
    change(() -> {});
    return pulls == null ? CompletableFuture.completedFuture(null) : pulls.rest();
  }
}
