package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultRejectedException;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules 611 to 616, of {@link Settlement}. */
public interface SettlementContract extends AdapterRules {

  @Test
  default void rule_611_a_result_is_stored_and_its_delivery_acknowledged_or_neither(Trial trial)
      throws Exception {
    trial.need(Settlement.class, trial.transport());
    if (trial.adapter().hasLeases()) {
      trial.beforeLeaseEnds(SettlementContract::settlesForGood);
    } else {
      settlesForGood(trial, new Hold(Duration.ofDays(1)));
    }
    if (trial.adapter().hasLeases() && trial.hasBroker("a crash")) {
      Crash.in(trial, SettlementContract::survivesACrash);
    }
  }

  private static void settlesForGood(Trial trial, Hold hold) throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    trial.listen();
    trial.submit("r1", "r2");
    List<Delivery> held =
        trial.adapter().hasLeases()
            ? trial.take(trial.queue(), 2, hold)
            : trial.take(trial.queue(), 2);
    trial.assertNoneLost(settlement.settle(Requests.answers(held)));
    hold.settled();
    assertThat(trial.resultIds(2)).containsExactlyInAnyOrder("r1", "r2");
    trial.assertQuiet(trial.queue(), Trial.QUIET.plus(trial.lease().multipliedBy(3).dividedBy(2)));
  }

  /** A broker that dies amid many calls: each request has one result, or is there to be tried. */
  private static boolean survivesACrash(Trial trial) throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    RequestQueue queue = trial.queue();
    List<String> ids = Requests.ids(60);
    trial.submit(ids.toArray(String[]::new));
    Hold hold = new Hold(trial.lease());
    List<Delivery> held = trial.take(queue, ids.size(), hold);
    boolean inTime =
        Crash.amid(
            trial, hold, held, delivery -> settlement.settle(List.of(Requests.answer(delivery))));

    Set<String> requests = new HashSet<>();
    List<String> results = new ArrayList<>();
    long begin = System.nanoTime();
    while (requests.size() + results.size() < ids.size()
        && System.nanoTime() - begin < trial.patience().toNanos()) {
      List<Delivery> left = trial.eventually(() -> trial.receive(queue, 10, Trial.QUIET));
      requests.addAll(Requests.idsOf(left));
      if (!left.isEmpty()) {
        queue.acknowledge(left);
      }
      results.addAll(
          trial.eventually(() -> trial.takeResults(Trial.QUIET)).stream()
              .map(json -> ResultMessage.parse(json).id())
              .toList());
    }
    assertThat(results).as("results after a crash").doesNotHaveDuplicates();
    requests.addAll(results);
    assertThat(requests)
        .as("requests and results after a crash")
        .containsExactlyInAnyOrderElementsOf(ids);
    return inTime;
  }

  @Test
  default void rule_612_settle_returns_the_lost_and_stores_nothing_for_them(Trial trial)
      throws Exception {
    trial.need(Settlement.class, trial.transport());
    trial.beforeLeaseEnds(
        (timed, hold) -> {
          timed.listen();
          timed.submit("r1");
          RequestQueue other = timed.other().requestQueues().get(0);
          Delivery stale = timed.one(timed.queue(), hold);
          Delivery current = timed.one(other, hold);

          List<Delivery> lost =
              timed
                  .need(Settlement.class, timed.transport())
                  .settle(List.of(Requests.answer(stale)));

          assertThat(lost).as("deliveries returned as lost").containsExactly(stale);
          timed.assertNoneLost(other.acknowledge(List.of(current)));
          hold.settled();
          timed.assertNoResults();
        });
  }

  @Test
  default void rule_613_what_is_settled_already_comes_back_as_lost_and_is_not_stored_twice(
      Trial trial) throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    trial.listen();
    trial.submit("r1", "r2", "r3");
    List<Delivery> held = trial.take(trial.queue(), 3);
    List<Delivery> middle = held.subList(1, 2);
    trial.assertNoneLost(settlement.settle(Requests.answers(middle)));

    assertThat(settlement.settle(Requests.answers(held)))
        .as("deliveries returned as lost")
        .containsExactlyElementsOf(middle);

    assertThat(trial.resultIds(3)).containsExactlyInAnyOrder("r1", "r2", "r3");
  }

  @Test
  default void rule_614_settle_takes_deliveries_of_any_queue_mixed(Trial trial) throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    trial.listen();
    List<? extends RequestQueue> queues = trial.transport().requestQueues();
    RequestQueue second = queues.get(trial.second());
    trial.submit(queues.get(0).name(), Requests.bodies(List.of("retried")));
    Delivery retried = trial.one(queues.get(0));
    trial.transport().retryQueue().schedule(List.of(new Retry(retried, Trial.SOON, 2)));
    trial.submit(queues.get(0).name(), Requests.bodies(List.of("first")));
    trial.submit(second.name(), Requests.bodies(List.of("second")));
    List<Delivery> mixed = new ArrayList<>(trial.take(queues.get(0), 1));
    mixed.addAll(trial.take(trial.transport().retryQueue(), 1));
    mixed.addAll(trial.take(second, 1));

    trial.assertNoneLost(settlement.settle(Requests.answers(mixed)));

    assertThat(trial.resultIds(3)).containsExactlyInAnyOrder("first", "second", "retried");
  }

  @Test
  default void rule_615_the_delivery_of_a_rejected_result_is_still_held(Trial trial)
      throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    int limit = trial.adapter().resultLimit();
    if (limit == 0) {
      throw trial.skip("the adapter names no limit for results");
    }
    trial.submit("large");
    Delivery delivery = trial.one(trial.queue());
    Result large = Requests.largeAnswer(delivery, limit);

    ResultRejectedException refusal =
        catchThrowableOfType(
            ResultRejectedException.class, () -> settlement.settle(List.of(large)));

    assertThat(refusal).as("the refusal of a result above the limit").isNotNull();
    assertThat(refusal.result()).as("the result at fault").isSameAs(large);
    trial.assertNoneLost(settlement.settle(List.of(Requests.answer(delivery))));
  }

  @Test
  default void rule_616_settle_takes_many_at_once(Trial trial) throws Exception {
    Settlement settlement = trial.need(Settlement.class, trial.transport());
    trial.listen();
    List<Delivery> many = Bulk.taken(trial, Requests.bodies(Bulk.manyIds()));
    trial.assertNoneLost(settlement.settle(Requests.answers(many)));
    assertThat(trial.resultIds(many.size())).containsExactlyInAnyOrderElementsOf(Bulk.manyIds());

    List<Delivery> large = Bulk.taken(trial, Requests.bodies(Bulk.largeIds()));
    trial.assertNoneLost(settlement.settle(Bulk.largeAnswers(trial, large)));
    assertThat(trial.resultIds(large.size())).containsExactlyInAnyOrderElementsOf(Bulk.largeIds());
    trial.assertQuiet(trial.queue());
  }
}
