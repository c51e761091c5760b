package io.batchprocessor;

import io.batchprocessor.BrokerCalls.Patience;
import io.batchprocessor.Outcome.DeadLettered;
import io.batchprocessor.Outcome.Finished;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Settlement;
import io.batchprocessor.spi.Transport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Stores results and acknowledges their requests: in one atomic step where the transport can, one
 * after the other, in this order, where it can't.
 */
abstract class ResultStore {

  private final BrokerCalls broker;
  private final GuardedListeners listeners;

  private ResultStore(BrokerCalls broker, GuardedListeners listeners) {
    this.broker = broker;
    this.listeners = listeners;
  }

  static ResultStore of(
      Transport transport, BrokerCalls broker, GuardedListeners listeners, LongSupplier ticker) {
    return transport instanceof Settlement settlement
        ? new Atomic(settlement, broker, listeners)
        : new InTwoSteps(transport, broker, listeners, ticker);
  }

  /** Told of each outcome whether it was stored, or its lease was lost. */
  @FunctionalInterface
  interface Stored {
    void accept(Finished outcome, boolean stored);
  }

  /**
   * Stores results. One that the broker refuses for good is replaced by an error that says so.
   *
   * @return those of which the broker refuses even the error
   * @throws RuntimeException when patience ends
   */
  final List<DeadLettered> store(List<Finished> outcomes, Patience patience, Stored told) {
    Map<Delivery, Finished> left = new LinkedHashMap<>();
    outcomes.forEach(outcome -> left.put(outcome.held().delivery(), outcome));
    Set<Delivery> replaced = new HashSet<>();
    List<DeadLettered> refused = new ArrayList<>();
    while (!left.isEmpty()) {
      try {
        Set<Delivery> lost = new HashSet<>(storeOnce(List.copyOf(left.values()), patience));
        left.forEach((delivery, outcome) -> told.accept(outcome, !lost.contains(delivery)));
        left.clear();
      } catch (ResultRejectedException e) {
        Delivery delivery = e.result().delivery();
        Finished outcome = left.get(delivery);
        if (outcome == null) {
          throw new IllegalStateException("rejected a result that it was not given", e);
        }
        rejected(outcome, e);
        if (replaced.add(delivery)) {
          left.put(delivery, outcome.with(replacement(outcome.result(), e)));
        } else {
          left.remove(delivery);
          refused.add(new DeadLettered(outcome.held(), "result refused: " + e.getMessage()));
        }
      }
    }
    return refused;
  }

  /** Stores and acknowledges; returns those whose lease was lost. */
  abstract List<Delivery> storeOnce(List<Finished> outcomes, Patience patience);

  /** Acknowledges without a result; returns those whose lease was lost. */
  final List<Delivery> acknowledge(List<? extends Outcome> outcomes, Patience patience) {
    List<Delivery> lost = new ArrayList<>();
    Map<RequestQueue, List<Delivery>> bySource =
        outcomes.stream()
            .map(Outcome::held)
            .collect(
                Collectors.groupingBy(
                    HeldMessage::source,
                    Collectors.mapping(HeldMessage::delivery, Collectors.toList())));
    bySource.forEach(
        (source, deliveries) ->
            lost.addAll(
                broker.untilStored(
                    "acknowledge to " + source.name(),
                    patience,
                    () -> source.acknowledge(deliveries))));
    return lost;
  }

  private void rejected(Finished outcome, ResultRejectedException rejection) {
    HeldRequest request = outcome.request();
    if (request != null) {
      listeners.tell(request, listener -> listener.resultRejected(rejection));
    } else {
      listeners.tell(listener -> listener.resultRejected(rejection));
    }
  }

  final List<Result> results(List<Finished> outcomes) {
    return outcomes.stream()
        .map(outcome -> new Result(outcome.held().delivery(), outcome.result()))
        .toList();
  }

  final BrokerCalls broker() {
    return broker;
  }

  /** As small as a result can be. */
  private static ResultMessage replacement(ResultMessage refused, ResultRejectedException e) {
    return ResultMessage.builder(refused.id())
        .statusCode(refused.statusCode().orElse(0))
        .attempts(refused.attempts())
        .error(ErrorCode.RESULT_REFUSED, "the result queue refused the result: " + e.getMessage())
        .build();
  }

  private static final class Atomic extends ResultStore {
    private final Settlement settlement;

    Atomic(Settlement settlement, BrokerCalls broker, GuardedListeners listeners) {
      super(broker, listeners);
      this.settlement = settlement;
    }

    @Override
    List<Delivery> storeOnce(List<Finished> outcomes, Patience patience) {
      List<Result> results = results(outcomes);
      return broker().untilStored("store results", patience, () -> settlement.settle(results));
    }
  }

  /** Where the process may die between the two steps; the request is then done again. */
  private static final class InTwoSteps extends ResultStore {
    private final Transport transport;
    private final LongSupplier ticker;

    InTwoSteps(
        Transport transport, BrokerCalls broker, GuardedListeners listeners, LongSupplier ticker) {
      super(broker, listeners);
      this.transport = transport;
      this.ticker = ticker;
    }

    @Override
    List<Delivery> storeOnce(List<Finished> outcomes, Patience patience) {
      Set<Delivery> lost = new HashSet<>();
      List<Finished> stored =
          broker()
              .untilStored(
                  "publish results",
                  patience,
                  () -> {
                    List<Finished> ours = withLease(outcomes, lost);
                    if (!ours.isEmpty()) {
                      transport.resultQueue().publish(results(ours));
                    }
                    return ours;
                  });
      lost.addAll(acknowledge(stored, patience));
      return List.copyOf(lost);
    }

    /** Those whose lease is ours for certain: asks the broker where it may have run out. */
    private List<Finished> withLease(List<Finished> outcomes, Set<Delivery> lost) {
      long now = ticker.getAsLong();
      Map<RequestQueue, List<Delivery>> doubtful =
          outcomes.stream()
              .map(Finished::held)
              .filter(message -> message.leaseIsDoubtful(now))
              .collect(
                  Collectors.groupingBy(
                      HeldMessage::source,
                      Collectors.mapping(HeldMessage::delivery, Collectors.toList())));
      doubtful.forEach((source, deliveries) -> lost.addAll(source.extend(deliveries)));
      return outcomes.stream()
          .filter(outcome -> !lost.contains(outcome.held().delivery()))
          .toList();
    }
  }
}
