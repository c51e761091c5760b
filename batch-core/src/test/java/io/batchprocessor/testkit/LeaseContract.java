package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Rules 203 to 209, of {@link RequestQueue}: what a lease is worth. */
public interface LeaseContract extends AdapterRules {

  @ForEachQueue
  default void rule_203_while_its_lease_lasts_a_message_is_not_handed_out_again(
      QueueUnderTest kind, Trial trial) throws Exception {
    kind.fill(trial, "r1");
    trial.one(kind.of(trial.transport()));
    trial.assertQuiet(kind.of(trial.transport()));
    trial.assertQuiet(kind.of(trial.other()));
    if (trial.adapter().ephemeral() == null) {
      try (Trial together = trial.another()) {
        handsOutOnceToTwo(kind, together);
      }
    } else {
      trial.partly("two processes at once: " + trial.adapter().ephemeral());
    }
    if (!trial.adapter().hasLeases()) {
      trial.partly("deliveries have no lease");
      return;
    }

    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          kind.fill(timed, "r1");
          timed.one(queue, hold);
          Hold taken = new Hold(timed.lease());
          while (hold.lasts()) {
            List<Delivery> again = timed.receive(queue, 1, timed.lease().dividedBy(10));
            assertThat(again.isEmpty() || !hold.lasts())
                .as("a message was handed out again %s into its lease", taken.age())
                .isTrue();
          }
        });
  }

  /** Two processes that ask at the same moment, again and again until everything is out. */
  private static void handsOutOnceToTwo(QueueUnderTest kind, Trial trial) throws Exception {
    List<String> ids = Requests.ids(200);
    kind.fill(trial, ids.toArray(String[]::new));
    AtomicInteger out = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(2);
    List<Background<List<Delivery>>> processes =
        Stream.of(trial.transport(), trial.other())
            .map(kind::of)
            .map(
                queue ->
                    Background.of(
                        () -> {
                          start.countDown();
                          start.await();
                          List<Delivery> taken = new ArrayList<>();
                          while (out.get() < ids.size()) {
                            List<Delivery> some = trial.receive(queue, 10, Trial.QUIET);
                            taken.addAll(some);
                            out.addAndGet(some.size());
                          }
                          return taken;
                        }))
            .toList();
    List<String> taken = new ArrayList<>();
    for (Background<List<Delivery>> process : processes) {
      taken.addAll(
          Requests.idsOf(process.within(trial.patience(), "receive until 200 messages are out")));
    }
    assertThat(taken)
        .as("what two processes took at the same time")
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @ForEachQueue
  default void rule_204_release_makes_the_delivery_available_again(QueueUnderTest kind, Trial trial)
      throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    kind.fill(trial, "r1");
    Delivery first = trial.one(queue);
    queue.release(List.of(first));
    for (RequestQueue next : List.of(kind.of(trial.other()), queue)) {
      Delivery again = trial.one(next);
      assertThat(again.attempt()).as("attempt after a release").isEqualTo(first.attempt());
      assertThat(again.deliveryCount())
          .as("deliveryCount after a release")
          .isEqualTo(first.deliveryCount());
      next.release(List.of(again));
    }
    Delivery last = trial.one(queue);
    assertThat(last.body()).isEqualTo(Requests.body("r1"));
    trial.assertQuiet(queue);
    trial.assertNoneLost(queue.acknowledge(List.of(last)));
  }

  @ForEachQueue
  default void rule_205_acknowledge_removes_the_message_for_good(QueueUnderTest kind, Trial trial)
      throws Exception {
    if (!trial.adapter().hasLeases()) {
      kind.fill(trial, "r1");
      RequestQueue queue = kind.of(trial.transport());
      trial.assertNoneLost(queue.acknowledge(trial.take(queue, 1)));
      trial.assertQuiet(queue);
      trial.partly("deliveries have no lease");
      return;
    }
    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          kind.fill(timed, "r1", "r2");
          timed.assertNoneLost(queue.acknowledge(timed.take(queue, 2, hold)));
          hold.settled();
          timed.assertQuiet(kind.of(timed.other()), timed.lease().multipliedBy(3).dividedBy(2));
        });
  }

  @ForEachQueue
  default void rule_206_after_its_lease_the_message_is_available_and_counted_once_more(
      QueueUnderTest kind, Trial trial) throws Exception {
    trial.withShortLease();
    kind.fill(trial, "r1");
    RequestQueue queue = kind.of(trial.transport());
    Hold hold = new Hold(trial.lease());
    Delivery first = trial.one(queue, hold);
    int count = first.deliveryCount();
    for (RequestQueue next : List.of(kind.of(trial.other()), queue)) {
      count++;
      Delivery again = trial.one(next);
      assertThat(again.deliveryCount()).as("deliveryCount after a lease").isEqualTo(count);
      assertThat(again.attempt()).as("attempt after a lease").isEqualTo(first.attempt());
      assertThat(again.body()).isEqualTo(first.body());
    }
  }

  @ForEachQueue
  default void rule_207_extend_starts_the_lease_anew(QueueUnderTest kind, Trial trial)
      throws Exception {
    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          kind.fill(timed, "r1", "r2", "r3");
          List<Delivery> held = timed.take(queue, 3, hold);
          assertThat(held.get(0).lease())
              .as("the lease that the delivery tells")
              .isEqualTo(timed.lease());
          List<Delivery> gone = timed.letMiddleGo(queue, held);
          Hold whole = new Hold(timed.lease().multipliedBy(2));
          while (whole.lasts()) {
            assertThat(timed.receive(queue, 1, timed.lease().dividedBy(8)))
                .as("what is handed out while the lease is extended")
                .isEmpty();
            long extended = System.nanoTime();
            timed.assertLost(queue.extend(held), gone);
            assertThat(hold.lasts()).as("extended in time").isTrue();
            hold.begins(extended);
          }
          timed.assertNoneLost(queue.acknowledge(Trial.outer(held)));
        });

    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          kind.fill(timed, "r1");
          Delivery stale = timed.one(queue, hold);
          Delivery current = timed.one(kind.of(timed.other()), hold);
          timed.assertLost(queue.extend(List.of(stale)), List.of(stale));
          timed.assertNoneLost(kind.of(timed.other()).acknowledge(List.of(current)));
        });
  }

  @ForEachQueue
  default void rule_208_acknowledge_returns_the_lost_and_leaves_their_holder_alone(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue own = kind.of(trial.transport());
    kind.fill(trial, "r1", "r2", "r3");
    List<Delivery> held = trial.take(own, 3);
    List<Delivery> gone = trial.letMiddleGo(own, held);
    trial.assertLost(own.acknowledge(held), gone);
    for (Delivery each : Trial.outer(held)) {
      trial.assertLost(own.acknowledge(List.of(each)), List.of(each));
    }
    if (!trial.adapter().hasLeases()) {
      trial.partly("deliveries have no lease");
      return;
    }

    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          RequestQueue other = kind.of(timed.other());
          kind.fill(timed, "r1");
          Delivery stale = timed.one(queue, hold);
          Delivery current = timed.one(other, hold);

          timed.assertLost(queue.acknowledge(List.of(stale)), List.of(stale));

          if (timed.adapter().tellsLostLeases()) {
            timed.assertNoneLost(other.acknowledge(List.of(current)));
          } else {
            timed.one(other);
          }
        });
  }

  @ForEachQueue
  default void rule_209_release_of_a_delivery_whose_lease_is_lost_changes_nothing(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue own = kind.of(trial.transport());
    kind.fill(trial, "r1", "r2", "r3");
    List<Delivery> held = trial.take(own, 3);
    trial.letMiddleGo(own, held);
    own.release(held);
    assertThat(Requests.idsOf(trial.take(own, 2)))
        .as("what is handed out after a release of which one is lost")
        .containsExactlyInAnyOrderElementsOf(Requests.idsOf(Trial.outer(held)));
    trial.assertQuiet(own);
    if (!trial.adapter().hasLeases()) {
      trial.partly("deliveries have no lease");
      return;
    }

    trial.beforeLeaseEnds(
        (timed, hold) -> {
          RequestQueue queue = kind.of(timed.transport());
          RequestQueue other = kind.of(timed.other());
          kind.fill(timed, "r1");
          Delivery stale = timed.one(queue, hold);
          Delivery current = timed.one(other, hold);

          queue.release(List.of(stale));

          assertThat(timed.receive(queue, 1, timed.lease().dividedBy(4)))
              .as("what is handed out after the release of a stale delivery")
              .isEmpty();
          timed.assertNoneLost(other.acknowledge(List.of(current)));
        });
  }
}
