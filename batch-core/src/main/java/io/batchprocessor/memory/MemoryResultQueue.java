package io.batchprocessor.memory;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Results: each goes to the future that waits for it, or into a bounded list until somebody takes
 * it. A full list refuses, so that the engine stops taking requests whose results nobody reads.
 */
final class MemoryResultQueue implements ResultQueue, Settlement {

  private final Guard guard;
  private final Cancellations cancellations;
  private final int capacity;
  private final Condition arrived;
  private final ArrayDeque<Bytes> results = new ArrayDeque<>();

  MemoryResultQueue(Guard guard, Cancellations cancellations, int capacity) {
    this.guard = guard;
    this.cancellations = cancellations;
    this.capacity = capacity;
    this.arrived = guard.newCondition();
  }

  @Override
  public void publish(List<Result> batch) {
    Objects.requireNonNull(batch, "results");
    store(batch, false);
  }

  @Override
  public List<Delivery> settle(List<Result> batch) {
    Objects.requireNonNull(batch, "results");
    batch.forEach(result -> Lease.of(result.delivery(), guard));
    return store(batch, true);
  }

  /** Takes results, also after the transport is closed, until there are none. */
  List<Bytes> take(int max, Duration maxWait) throws InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, is " + max);
    }
    long patience = NANOSECONDS.convert(maxWait);
    guard.lockInterruptibly();
    try {
      while (results.isEmpty()) {
        guard.checkOpen();
        if (patience <= 0) {
          return List.of();
        }
        patience = arrived.awaitNanos(patience);
      }
      List<Bytes> taken = new ArrayList<>();
      while (taken.size() < max && !results.isEmpty()) {
        taken.add(results.remove());
      }
      return taken;
    } finally {
      guard.unlock();
    }
  }

  /** Lock held. */
  boolean isFull() {
    return results.size() >= capacity;
  }

  /** Lock held: how full it is. */
  String state() {
    return "results=%d/%d".formatted(results.size(), capacity);
  }

  /**
   * Stores what there is room for, then refuses the rest. What was stored under its lease before is
   * not stored again: the engine repeats a batch that was refused.
   */
  private List<Delivery> store(List<Result> batch, boolean acknowledge) {
    List<OutgoingResult> outgoing = new ArrayList<>(batch.size());
    for (Result result : batch) {
      outgoing.add(OutgoingResult.of(result, guard));
    }
    List<OutgoingResult> answers = new ArrayList<>();
    List<Delivery> lost = new ArrayList<>();
    @Nullable QueueFullException full = null;
    guard.lockOpen();
    try {
      long now = guard.now();
      int refused = 0;
      for (OutgoingResult result : outgoing) {
        if (acknowledge && !result.isHeld(now)) {
          lost.add(result.delivery());
        } else if (isRefused(result)) {
          refused++;
        } else {
          keep(result, answers);
          if (acknowledge) {
            result.acknowledge(now);
          }
        }
      }
      if (refused > 0) {
        full = full(refused);
      }
    } finally {
      guard.unlock();
    }
    answers.forEach(OutgoingResult::answer);
    if (full != null) {
      throw full;
    }
    return lost;
  }

  private boolean isRefused(OutgoingResult result) {
    return isFull() && result.json() != null && !result.isStored();
  }

  private void keep(OutgoingResult result, List<OutgoingResult> answers) {
    if (result.isStored()) {
      return;
    }
    @Nullable Bytes json = result.json();
    if (json != null) {
      results.add(json);
      arrived.signal();
    } else {
      answers.add(result);
    }
    result.stored();
    cancellations.forget(result.id());
  }

  private QueueFullException full(int refused) {
    return new QueueFullException(
        "result queue is full (%s), %d results are not stored: take results with takeResults, or raise memory.result-capacity"
            .formatted(state(), refused));
  }
}
