package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 501 to 504, of {@link DeadLetterQueue}. */
public interface DeadLetterQueueContract extends AdapterRules {

  @Test
  default void rule_501_body_reason_and_origin_are_stored_and_the_original_acknowledged(Trial trial)
      throws Exception {
    queue(trial);
    if (trial.adapter().deadLetters() == null) {
      throw trial.skip("no way to read dead letters is given");
    }
    int second = trial.second();
    trial.holdingOne(
        second,
        (timed, held) ->
            timed.assertNoneLost(
                queue(timed).deadLetter(List.of(new DeadLetter(held, "it has no id")))),
        timed ->
            assertThat(stored(timed, 1))
                .extracting(
                    letter -> Requests.id(letter.delivery()),
                    DeadLetter::reason,
                    letter -> letter.delivery().queue())
                .containsExactly(
                    tuple("r1", "it has no id", timed.adapter().queues().get(second))));
  }

  @Test
  default void rule_502_dead_letter_returns_the_lost(Trial trial) throws Exception {
    takesTheOthers(trial, queue(trial));
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

          timed.assertLost(
              queue(timed).deadLetter(List.of(new DeadLetter(stale, "too late"))), List.of(stale));

          timed.assertNoneLost(other.acknowledge(List.of(current)));
        });
  }

  private static void takesTheOthers(Trial trial, DeadLetterQueue letters) throws Exception {
    trial.submit("r1", "r2", "r3");
    List<Delivery> held = trial.take(trial.queue(), 3);
    List<Delivery> gone = trial.letMiddleGo(trial.queue(), held);
    List<Delivery> outer = Trial.outer(held);

    trial.assertLost(
        letters.deadLetter(held.stream().map(each -> new DeadLetter(each, "no id")).toList()),
        gone);

    for (Delivery each : outer) {
      trial.assertLost(trial.queue().acknowledge(List.of(each)), List.of(each));
    }
    if (trial.adapter().deadLetters() != null) {
      assertThat(stored(trial, 2))
          .extracting(letter -> Requests.id(letter.delivery()))
          .containsAll(Requests.idsOf(outer));
    } else {
      trial.partly("no way to read dead letters is given");
    }
  }

  @Test
  default void rule_503_a_call_that_failed_may_be_repeated(Trial trial) throws Exception {
    DeadLetterQueue letters = queue(trial);
    Broker broker = trial.needBroker();
    trial.submit("r1");
    Delivery held = trial.one(trial.queue());
    List<DeadLetter> batch = List.of(new DeadLetter(held, "it has no id"));
    broker.kill();
    Background<Boolean> failing =
        Background.of(
            () -> {
              try {
                letters.deadLetter(batch);
                return false;
              } catch (RuntimeException e) {
                return true;
              }
            });
    assertThat(failing.within(trial.patience(), "deadLetter without its broker"))
        .as("whether deadLetter throws without its broker")
        .isTrue();
    broker.start();

    trial.eventually(() -> letters.deadLetter(batch));

    if (trial.adapter().deadLetters() != null) {
      assertThat(stored(trial, 1)).hasSizeBetween(1, 2);
    } else {
      trial.partly("no way to read dead letters is given");
    }
  }

  @Test
  default void rule_504_dead_letter_takes_many_at_once(Trial trial) throws Exception {
    DeadLetterQueue letters = queue(trial);
    List<String> ids = new ArrayList<>();
    for (List<Bytes> bodies : List.of(Requests.bodies(Bulk.manyIds()), Bulk.largeBodies())) {
      List<Delivery> held = Bulk.taken(trial, bodies);
      ids.addAll(Requests.idsOf(held));

      trial.assertNoneLost(
          letters.deadLetter(
              held.stream().map(delivery -> new DeadLetter(delivery, "it has no id")).toList()));
    }

    trial.assertQuiet(trial.queue());
    if (trial.adapter().deadLetters() != null) {
      assertThat(stored(trial, ids.size()))
          .extracting(letter -> Requests.id(letter.delivery()))
          .containsExactlyInAnyOrderElementsOf(ids);
    } else {
      trial.partly("no way to read dead letters is given");
    }
  }

  private static DeadLetterQueue queue(Trial trial) {
    return trial
        .transport()
        .deadLetterQueue()
        .orElseThrow(() -> trial.skip("the transport has no dead-letter queue"));
  }

  private static List<DeadLetter> stored(Trial trial, int count) {
    List<DeadLetter> letters = new ArrayList<>();
    long begin = System.nanoTime();
    while (letters.size() < count && System.nanoTime() - begin < trial.patience().toNanos()) {
      letters.addAll(trial.adapter().deadLetters().apply(trial.transport()));
    }
    return letters;
  }
}
