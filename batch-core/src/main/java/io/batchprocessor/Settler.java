package io.batchprocessor;

import io.batchprocessor.Outcome.DeadLettered;
import io.batchprocessor.Outcome.Finished;
import io.batchprocessor.Outcome.Released;
import io.batchprocessor.Outcome.Retried;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Stores what was decided: the loop of the settler thread. Outcomes gather while the previous batch
 * is on the wire, and leave together.
 */
final class Settler implements Runnable, Consumer<Outcome> {

  private static final int MAX_BATCH = 512;
  private static final long MAX_BATCH_BYTES = 16L << 20;
  private static final int CONGESTED = 4_096;
  private static final long CONGESTED_BYTES = 64L << 20;
  private static final long LINGER_NANOS = Duration.ofMillis(1).toNanos();
  private static final long LAST_LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();

  private final OutcomeStore store;
  private final HeldMessages held;
  private final LongSupplier ticker;
  private final ConcurrentLinkedQueue<Outcome> decided = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final Doorbell doorbell = new Doorbell();
  private Runnable whenRelieved = () -> {};
  private volatile boolean finishing;
  private volatile long finishByNanos;

  Settler(OutcomeStore store, HeldMessages held, LongSupplier ticker) {
    this.store = store;
    this.held = held;
    this.ticker = ticker;
  }

  /** Takes a decision over. Called from any thread. */
  @Override
  public void accept(Outcome outcome) {
    pending.incrementAndGet();
    pendingBytes.addAndGet(outcome.bytes());
    decided.add(outcome);
    doorbell.ring();
  }

  /** How many decisions are not stored yet. */
  int pending() {
    return pending.get();
  }

  /** Whether so much waits to be stored that nothing new should be taken or dispatched. */
  boolean isCongested() {
    return isFull(1);
  }

  /** Whom to tell when half of that is stored; set before the threads start. */
  void whenRelieved(Runnable listener) {
    whenRelieved = listener;
  }

  private boolean isFull(int part) {
    return pending.get() >= CONGESTED / part || pendingBytes.get() >= CONGESTED_BYTES / part;
  }

  /** No more decisions will come; what can't be stored until then is left to the broker. */
  void finishBy(long nanos) {
    finishByNanos = nanos;
    finishing = true;
    doorbell.ring();
  }

  @Override
  public void run() {
    while (true) {
      List<Outcome> batch = next();
      if (!batch.isEmpty()) {
        if (!storeAll(batch)) {
          return;
        }
        linger(batch.size());
      } else if (isOutOfTime() || (finishing && held.isEmpty())) {
        return;
      } else {
        doorbell.await(finishing ? LAST_LOOK_NANOS : IDLE_NANOS);
      }
    }
  }

  /**
   * Under load, lets the next batch gather for a moment: being woken for every single outcome would
   * cost more than storing it. After a pause an outcome is stored at once.
   */
  private void linger(int stored) {
    if (stored < MAX_BATCH && !finishing) {
      LockSupport.parkNanos(LINGER_NANOS);
    }
  }

  private List<Outcome> next() {
    List<Outcome> batch = new ArrayList<>();
    long bytes = 0;
    while (batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
      Outcome outcome = decided.poll();
      if (outcome == null) {
        break;
      }
      batch.add(outcome);
      bytes += outcome.bytes();
    }
    return batch;
  }

  /** False if there is no time left to try again. */
  private boolean storeAll(List<Outcome> batch) {
    try {
      store.finished(only(Finished.class, batch), this::await);
      store.retried(only(Retried.class, batch), this::await);
      store.released(only(Released.class, batch), this::await);
      store.deadLettered(only(DeadLettered.class, batch), this::await);
      return true;
    } catch (RuntimeException | Error e) {
      if (!isOutOfTime()) {
        // A bug, here or in an adapter. Nobody else will end these requests: once more.
        batch.stream().filter(outcome -> held.contains(outcome.held())).forEach(this);
        throw e;
      }
      Engine.LOG.error(
          "{} decisions could not be stored before the processor closed; their requests stay with"
              + " the broker, and are done again by whoever gets them when their leases run out",
          pending.get(),
          e);
      giveUp();
      return false;
    } finally {
      leave(batch);
    }
  }

  /** The next call might fail as well, and take as long as the last did. */
  private void giveUp() {
    for (List<Outcome> rest = next(); !rest.isEmpty(); rest = next()) {
      leave(rest);
    }
  }

  private void leave(List<Outcome> batch) {
    boolean wasHalfFull = isFull(2);
    pending.addAndGet(-batch.size());
    pendingBytes.addAndGet(-batch.stream().mapToLong(Outcome::bytes).sum());
    if (wasHalfFull && !isFull(2)) {
      whenRelieved.run();
    }
  }

  /** Waits before a call is repeated; false once there is no time left to close in. */
  private boolean await(long nanos) {
    long end = ticker.getAsLong() + nanos;
    while (end - ticker.getAsLong() > 0) {
      if (isOutOfTime()) {
        return false;
      }
      doorbell.await(Math.min(end - ticker.getAsLong(), Duration.ofMillis(50).toNanos()));
    }
    return true;
  }

  private boolean isOutOfTime() {
    return finishing && finishByNanos - ticker.getAsLong() <= 0;
  }

  private static <T extends Outcome> List<T> only(Class<T> type, List<Outcome> batch) {
    List<T> some = new ArrayList<>();
    for (Outcome outcome : batch) {
      if (type.isInstance(outcome)) {
        some.add(type.cast(outcome));
      }
    }
    return some;
  }
}
