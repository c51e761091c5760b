package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules 301 to 311, of {@link RetryQueue}. */
public interface RetryQueueContract extends AdapterRules {

  @Test
  default void rule_301_schedule_stores_the_message_then_acknowledges_the_original(Trial trial)
      throws Exception {
    trial.holdingOne(
        0,
        (timed, original) ->
            timed.assertNoneLost(
                timed.transport().retryQueue().schedule(retriesOf(List.of(original), Trial.SOON))),
        timed -> timed.one(timed.transport().retryQueue()));

    if (trial.adapter().hasLeases() && trial.hasBroker("a crash")) {
      Crash.in(trial, RetryQueueContract::survivesACrash);
    }
  }

  /** A broker that dies amid many calls: each message is in one queue or in both. */
  private static boolean survivesACrash(Trial trial) throws Exception {
    List<String> ids = Requests.ids(60);
    RequestQueue queue = trial.queue();
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit(ids.toArray(String[]::new));
    Hold hold = new Hold(trial.lease());
    List<Delivery> held = trial.take(queue, ids.size(), hold);
    boolean inTime =
        Crash.amid(
            trial,
            hold,
            held,
            delivery -> retries.schedule(retriesOf(List.of(delivery), Trial.SOON)));

    Set<String> found = new HashSet<>();
    long begin = System.nanoTime();
    while (found.size() < ids.size() && System.nanoTime() - begin < trial.patience().toNanos()) {
      for (RequestQueue from : List.of(queue, retries)) {
        found.addAll(Requests.idsOf(trial.eventually(() -> trial.receive(from, 100, Trial.QUIET))));
      }
    }
    assertThat(found).as("what is left after a crash").containsExactlyInAnyOrderElementsOf(ids);
    return inTime;
  }

  @Test
  default void rule_302_the_message_comes_back_not_before_it_is_due(Trial trial) throws Exception {
    Duration delay = Duration.ofSeconds(1);
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("in a month");
    trial.assertNoneLost(
        retries.schedule(retriesOf(trial.take(trial.queue(), 1), Duration.ofDays(30))));
    trial.assertQuiet(retries);
    trial.submit("r1");
    List<Delivery> original = trial.take(trial.queue(), 1);
    Hold waiting = new Hold(delay);
    trial.assertNoneLost(retries.schedule(retriesOf(original, delay)));

    assertThat(Requests.id(trial.one(retries))).isEqualTo("r1");

    assertThat(waiting.lasts())
        .as("back %s after schedule, due after %s", waiting.age(), delay)
        .isFalse();
  }

  @Test
  default void rule_303_it_comes_back_with_its_attempt_and_otherwise_as_it_was(Trial trial)
      throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    for (int attempt : List.of(1, 2, 7)) {
      trial.submit("r" + attempt);
      Delivery original = trial.one(trial.queue());
      trial.assertNoneLost(retries.schedule(List.of(new Retry(original, Trial.SOON, attempt))));
      Delivery back = trial.one(retries);
      assertThat(back.attempt()).as("attempt").isEqualTo(attempt);
      assertThat(back.deliveryCount()).as("deliveryCount").isEqualTo(1);
      assertThat(back.queue()).as("queue").isEqualTo(original.queue());
      assertThat(back.attributes()).as("attributes").isEqualTo(original.attributes());
      assertThat(back.enqueuedAt()).as("enqueuedAt").isEqualTo(original.enqueuedAt());
      assertThat(back.body()).as("body").isEqualTo(original.body());
    }
  }

  @Test
  default void rule_304_of_those_due_the_one_due_longest_comes_first(Trial trial) throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("r1", "r2", "r3");
    List<Delivery> held = trial.take(trial.queue(), 3);
    List<Retry> batch = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      batch.add(new Retry(held.get(i), Duration.ofMillis(700 - 300 * i), 2));
    }
    trial.assertNoneLost(retries.schedule(batch));
    trial.pause(Duration.ofSeconds(1));

    assertThat(Requests.idsOf(trial.take(retries, 3)))
        .containsExactly(
            Requests.id(held.get(2)), Requests.id(held.get(1)), Requests.id(held.get(0)));
  }

  @Test
  default void rule_305_schedule_takes_deliveries_of_any_queue(Trial trial) throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    List<? extends RequestQueue> queues = trial.transport().requestQueues();
    RequestQueue second = queues.get(trial.second());
    trial.submit(queues.get(0).name(), Requests.bodies(List.of("own")));
    trial.assertNoneLost(retries.schedule(retriesOf(trial.take(queues.get(0), 1), Trial.SOON)));
    List<Delivery> mixed = new ArrayList<>(trial.take(retries, 1));
    trial.submit(queues.get(0).name(), Requests.bodies(List.of("first")));
    trial.submit(second.name(), Requests.bodies(List.of("second")));
    mixed.addAll(trial.take(queues.get(0), 1));
    mixed.addAll(trial.take(second, 1));

    trial.assertNoneLost(retries.schedule(retriesOf(mixed, Trial.SOON)));

    List<Delivery> back = trial.take(retries, 3);
    assertThat(back)
        .extracting(Requests::id, Delivery::queue)
        .containsExactlyInAnyOrder(
            tuple("own", queues.get(0).name()),
            tuple("first", queues.get(0).name()),
            tuple("second", second.name()));
    trial.assertNoneLost(retries.acknowledge(back));
  }

  @Test
  default void rule_306_schedule_returns_the_lost_and_stores_nothing_for_them(Trial trial)
      throws Exception {
    if (trial.adapter().tellsLostLeases()) {
      schedulesTheOthers(trial);
    }
    if (!trial.adapter().hasLeases()) {
      trial.partly("deliveries have no lease");
      return;
    }
    trial.beforeLeaseEnds(
        (timed, hold) -> {
          timed.submit("r1");
          RequestQueue other = timed.other().requestQueues().get(0);
          Delivery stale = timed.one(timed.queue(), hold);
          Delivery current = timed.one(other, hold);
          RetryQueue retries = timed.transport().retryQueue();

          timed.assertLost(retries.schedule(retriesOf(List.of(stale), Trial.SOON)), List.of(stale));

          timed.assertNoneLost(other.acknowledge(List.of(current)));
          if (timed.adapter().tellsLostLeases()) {
            timed.assertQuiet(retries);
          }
        });
  }

  private static void schedulesTheOthers(Trial trial) throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("r1", "r2", "r3");
    List<Delivery> held = trial.take(trial.queue(), 3);
    List<Delivery> gone = trial.letMiddleGo(trial.queue(), held);

    trial.assertLost(retries.schedule(retriesOf(held, Trial.SOON)), gone);

    assertThat(Requests.idsOf(trial.take(retries, 2)))
        .as("what is scheduled of a list of which one is lost")
        .containsExactlyInAnyOrderElementsOf(Requests.idsOf(Trial.outer(held)));
    trial.assertQuiet(retries);
  }

  @Test
  default void rule_307_what_is_scheduled_survives_a_restart(Trial trial) throws Exception {
    trial.needSharedQueues();
    trial.submit("r1", "r2");
    trial.assertNoneLost(
        trial
            .transport()
            .retryQueue()
            .schedule(retriesOf(trial.take(trial.queue(), 2), Duration.ofMillis(500))));
    trial.transport().close();
    if (trial.hasBroker("a restart of the broker")) {
      trial.needBroker().kill();
      trial.needBroker().start();
    }

    RetryQueue later = trial.open().retryQueue();

    assertThat(Requests.idsOf(trial.eventually(() -> trial.take(later, 2))))
        .containsExactlyInAnyOrder("r1", "r2");
  }

  @Test
  default void rule_308_a_receive_that_waits_returns_when_a_message_becomes_due(Trial trial)
      throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("r1");
    List<Delivery> original = trial.take(trial.queue(), 1);
    Background<List<Delivery>> receive =
        trial.receiving(retries, 1, trial.patience().multipliedBy(3));

    trial.assertNoneLost(retries.schedule(retriesOf(original, Duration.ofMillis(500))));

    assertThat(Requests.idsOf(receive.within(trial.patience(), "receive, with a message due")))
        .containsExactly("r1");
  }

  @Test
  default void rule_309_with_delay_zero_the_message_is_available_at_once(Trial trial)
      throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("r1");
    trial.assertNoneLost(retries.schedule(retriesOf(trial.take(trial.queue(), 1), Duration.ZERO)));

    assertThat(Requests.id(trial.one(retries))).isEqualTo("r1");
  }

  @Test
  default void rule_310_it_comes_back_with_its_notes(Trial trial) throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    trial.submit("r1");
    Delivery original = trial.one(trial.queue());
    Retry retry = new Retry(original, Trial.SOON, 2, Map.of("left", "here", "kept", "as it is"));
    trial.assertNoneLost(retries.schedule(List.of(retry)));

    Delivery back = trial.one(retries);

    assertThat(back.attributes()).isEqualTo(retry.attributes()).containsEntry("left", "here");
    assertThat(back.body()).as("body").isEqualTo(original.body());
  }

  @Test
  default void rule_311_schedule_takes_many_at_once(Trial trial) throws Exception {
    RetryQueue retries = trial.transport().retryQueue();
    List<Delivery> held = Bulk.taken(trial, Requests.bodies(Bulk.manyIds()));

    trial.assertNoneLost(retries.schedule(retriesOf(held, Trial.SOON)));

    List<Delivery> back = trial.take(retries, held.size());
    assertThat(Requests.idsOf(back)).containsExactlyInAnyOrderElementsOf(Bulk.manyIds());
    trial.assertNoneLost(retries.acknowledge(back));
    trial.assertQuiet(trial.queue());
  }

  private static List<Retry> retriesOf(List<Delivery> deliveries, Duration delay) {
    return deliveries.stream()
        .map(delivery -> new Retry(delivery, delay, delivery.attempt() + 1))
        .toList();
  }
}
