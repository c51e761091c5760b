package io.batchprocessor;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The in-memory transport behind a connection that breaks on demand. Operations are named after the
 * SPI's methods. As it is, it has no abilities; {@link #atomic} can store and acknowledge in one
 * step, {@link #cancelling} can cancel.
 */
class FaultyTransport implements Transport {

  private final MemoryTransport memory;
  private final Map<String, Fault> faults = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private volatile Consumer<List<Result>> check = results -> {};
  private volatile Predicate<Delivery> lost = delivery -> false;
  private List<Queue> requestQueues;
  private final Retries retryQueue;
  private volatile boolean hasty;

  private FaultyTransport(MemoryTransport memory) {
    this.memory = memory;
    this.requestQueues = memory.requestQueues().stream().map(Queue::new).toList();
    this.retryQueue = new Retries(memory.retryQueue());
  }

  static FaultyTransport inTwoSteps(MemoryTransport memory) {
    return new FaultyTransport(memory);
  }

  static FaultyTransport atomic(MemoryTransport memory) {
    return new Atomic(memory);
  }

  static FaultyTransport cancelling(MemoryTransport memory) {
    return new Cancelling(memory);
  }

  private record Fault(boolean afterwards, AtomicInteger left, Supplier<Throwable> failure) {

    static Fault of(boolean afterwards, int times) {
      return new Fault(
          afterwards,
          new AtomicInteger(times),
          () -> new IllegalStateException("connection to the broker lost"));
    }

    /** Whether it strikes with an answer that is null in place of an exception. */
    boolean strike() {
      if (left.getAndUpdate(n -> n > 0 ? n - 1 : 0) == 0) {
        return false;
      }
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      } else if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
      return true;
    }
  }

  /** From now on the operation fails and does nothing. */
  FaultyTransport breaks(String operation) {
    return breaks(operation, Integer.MAX_VALUE);
  }

  /** The next calls of the operation fail and do nothing. */
  FaultyTransport breaks(String operation, int times) {
    faults.put(operation, Fault.of(false, times));
    return this;
  }

  /** The next calls do what they should, but their answer does not arrive. */
  FaultyTransport breaksAfterwards(String operation, int times) {
    faults.put(operation, Fault.of(true, times));
    return this;
  }

  /** The next call throws an error. */
  FaultyTransport throwsErrorFrom(String operation, Supplier<Throwable> error) {
    faults.put(operation, new Fault(false, new AtomicInteger(1), error));
    return this;
  }

  /** The next calls do nothing and return null. */
  FaultyTransport answersNull(String operation, int times) {
    faults.put(operation, new Fault(false, new AtomicInteger(times), () -> null));
    return this;
  }

  /** What looks at results before they are stored, and may throw. */
  FaultyTransport refuses(Consumer<List<Result>> results) {
    check = results;
    return this;
  }

  /** Says of these, when they are to be extended, that their leases are lost. */
  FaultyTransport saysLost(Predicate<Delivery> deliveries) {
    lost = deliveries;
    return this;
  }

  /** From now on no {@code receive} waits. */
  FaultyTransport hasty() {
    hasty = true;
    return this;
  }

  /** Hides a request queue. */
  FaultyTransport without(String queue) {
    requestQueues = requestQueues.stream().filter(each -> !each.name().equals(queue)).toList();
    return this;
  }

  void heals(String operation) {
    faults.remove(operation);
  }

  /** How often an operation was called, in vain or not. */
  int calls(String operation) {
    AtomicInteger count = calls.get(operation);
    return count == null ? 0 : count.get();
  }

  <T> T call(String operation, Supplier<T> action) {
    calls.computeIfAbsent(operation, name -> new AtomicInteger()).incrementAndGet();
    Fault fault = faults.get(operation);
    if (fault == null) {
      return action.get();
    }
    if (!fault.afterwards()) {
      return fault.strike() ? null : action.get();
    }
    T value = action.get();
    return fault.strike() ? null : value;
  }

  final void check(List<Result> results) {
    check.accept(results);
  }

  @Override
  public List<? extends RequestQueue> requestQueues() {
    return requestQueues;
  }

  @Override
  public RetryQueue retryQueue() {
    return retryQueue;
  }

  @Override
  public ResultQueue resultQueue() {
    return results ->
        call(
            "publish",
            () -> {
              check.accept(results);
              memory.resultQueue().publish(results);
              return results;
            });
  }

  @Override
  public Optional<DeadLetterQueue> deadLetterQueue() {
    return memory
        .deadLetterQueue()
        .map(queue -> letters -> call("deadLetter", () -> queue.deadLetter(letters)));
  }

  @Override
  public void close() {
    memory.close();
  }

  private class Queue implements RequestQueue {

    private final RequestQueue queue;

    Queue(RequestQueue queue) {
      this.queue = queue;
    }

    @Override
    public String name() {
      return queue.name();
    }

    @Override
    public List<Delivery> receive(int max, Duration maxWait) throws InterruptedException {
      call("receive", () -> max);
      return queue.receive(max, hasty ? Duration.ZERO : maxWait);
    }

    @Override
    public List<Delivery> acknowledge(List<Delivery> deliveries) {
      return call("acknowledge", () -> queue.acknowledge(deliveries));
    }

    @Override
    public void release(List<Delivery> deliveries) {
      call(
          "release",
          () -> {
            queue.release(deliveries);
            return deliveries;
          });
    }

    @Override
    public List<Delivery> extend(List<Delivery> deliveries) {
      return call(
          "extend:" + name(),
          () ->
              call(
                  "extend",
                  () -> {
                    List<Delivery> all = new ArrayList<>(queue.extend(deliveries));
                    deliveries.stream().filter(lost).forEach(all::add);
                    return all;
                  }));
    }
  }

  private final class Retries extends Queue implements RetryQueue {

    private final RetryQueue queue;

    Retries(RetryQueue queue) {
      super(queue);
      this.queue = queue;
    }

    @Override
    public List<Delivery> schedule(List<Retry> retries) {
      return call("schedule", () -> queue.schedule(retries));
    }
  }

  private static final class Atomic extends FaultyTransport implements Settlement {

    private final MemoryTransport memory;

    Atomic(MemoryTransport memory) {
      super(memory);
      this.memory = memory;
    }

    @Override
    public List<Delivery> settle(List<Result> results) {
      return call(
          "settle",
          () -> {
            check(results);
            return memory.settle(results);
          });
    }
  }

  private static final class Cancelling extends FaultyTransport implements Cancellation {

    private final MemoryTransport memory;

    Cancelling(MemoryTransport memory) {
      super(memory);
      this.memory = memory;
    }

    @Override
    public void cancel(String id) {
      call(
          "cancel",
          () -> {
            memory.cancel(id);
            return id;
          });
    }

    @Override
    public Set<Delivery> cancelled(Map<Delivery, String> idsByDelivery) {
      return call("cancelled", () -> memory.cancelled(idsByDelivery));
    }
  }
}
