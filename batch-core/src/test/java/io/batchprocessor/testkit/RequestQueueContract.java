package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RetryQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Rules 201 to 202 and 210 to 219, of {@link RequestQueue}, on a request queue and on the retry
 * queue; those about leases are in {@link LeaseContract}.
 */
public interface RequestQueueContract extends AdapterRules {

  @ForEachQueue
  default void rule_201_receive_returns_from_one_to_max_deliveries_as_soon_as_there_are_any(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    Duration longWait = trial.patience().multipliedBy(3);
    Background<List<Delivery>> waiting = trial.receiving(queue, 10, longWait);
    kind.fill(trial, "r1");
    assertThat(waiting.within(trial.patience(), "a receive that waits")).hasSize(1);

    kind.fill(trial, "r2", "r3", "r4", "r5");
    List<Delivery> taken = new ArrayList<>();
    while (taken.size() < 4) {
      List<Delivery> some =
          Background.of(() -> trial.receive(queue, 2, longWait))
              .within(trial.patience(), "receive, with messages there");
      assertThat(some).as("deliveries for max 2").hasSizeBetween(1, 2);
      taken.addAll(some);
    }
    assertThat(Requests.idsOf(taken)).containsExactlyInAnyOrder("r2", "r3", "r4", "r5");
  }

  @ForEachQueue
  default void rule_202_with_nothing_to_hand_out_receive_ends_after_max_wait_with_an_empty_list(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue queue = kind.of(trial.transport());

    for (Duration maxWait : List.of(Duration.ZERO, Duration.ofMillis(1), Trial.QUIET)) {
      assertThat(
              Background.of(() -> queue.receive(5, maxWait))
                  .within(trial.patience(), "receive with maxWait " + maxWait))
          .as("what an empty queue hands out")
          .isNotNull()
          .isEmpty();
    }

    int times = 10;
    long begin = System.nanoTime();
    trial.repeat(times, () -> trial.receive(queue, 5, Trial.QUIET));
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("how long %d receives with maxWait %s wait in an empty queue", times, Trial.QUIET)
        .isGreaterThan(Trial.QUIET.multipliedBy(times).dividedBy(2));
  }

  @ForEachQueue
  default void rule_210_a_settled_delivery_counts_as_lost(QueueUnderTest kind, Trial trial)
      throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    kind.fill(trial, "r1");
    List<Delivery> acknowledged = trial.take(queue, 1);
    trial.assertNoneLost(queue.acknowledge(acknowledged));
    queue.release(acknowledged);
    trial.assertLost(queue.acknowledge(acknowledged), acknowledged);
    trial.assertLost(queue.extend(acknowledged), acknowledged);
    trial.assertQuiet(queue);

    kind.fill(trial, "r2");
    List<Delivery> released = trial.take(queue, 1);
    queue.release(released);
    trial.assertLost(queue.acknowledge(released), released);
    trial.assertLost(queue.extend(released), released);
    List<Delivery> again = trial.receive(queue, 10, Trial.QUIET);
    assertThat(again).as("what is handed out after one release").hasSizeLessThanOrEqualTo(1);
    queue.release(released);
    trial.assertQuiet(queue);
  }

  @ForEachQueue
  default void rule_211_the_body_is_what_the_producer_wrote_byte_for_byte(
      QueueUnderTest kind, Trial trial) throws Exception {
    byte[] every = new byte[512];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    Set<Bytes> bodies =
        Set.of(
            Bytes.utf8(" {\"id\": \"é\", \"payload\":{\"z\":1.0, \"a\":12345678901234567890}}\r\n"),
            Bytes.utf8("{\"id\":\"\\u00e9\",\"deadline\":4102444800,\"payload\":{\"\":null}}"),
            Bytes.utf8("{\"id\":\"large\",\"payload\":{\"t\":\"" + "x".repeat(200_000) + "\"}}"),
            Bytes.utf8("no JSON at all"),
            Bytes.wrap(every));
    kind.fill(trial, List.copyOf(bodies));

    List<Delivery> taken = trial.take(kind.of(trial.transport()), bodies.size());

    assertThat(taken.stream().map(Delivery::body))
        .as("bodies (of %s bytes)", bodies.stream().map(Bytes::length).toList())
        .containsExactlyInAnyOrderElementsOf(bodies);
  }

  @Test
  default void rule_212_first_attempt_and_first_delivery_are_1_and_the_queue_is_named(Trial trial)
      throws Exception {
    for (RequestQueue queue : trial.transport().requestQueues()) {
      trial.submit(queue.name(), Requests.bodies(List.of("r1")));

      Delivery delivery = trial.one(queue);

      assertThat(delivery.attempt()).as("attempt").isEqualTo(1);
      assertThat(delivery.deliveryCount()).as("deliveryCount").isEqualTo(1);
      assertThat(delivery.queue()).as("queue").isEqualTo(queue.name());
    }
  }

  @ForEachQueue
  default void rule_213_settling_does_not_wait_for_a_receive_that_blocks(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    kind.fill(trial, "r1", "r2", "r3");
    List<Delivery> held = trial.take(queue, 3);
    Background<List<Delivery>> receive =
        trial.receiving(queue, 1, trial.patience().multipliedBy(3));

    Background<Void> settling =
        Background.of(
            () -> {
              trial.assertNoneLost(queue.extend(held));
              trial.assertNoneLost(queue.acknowledge(held.subList(0, 1)));
              queue.release(held.subList(1, 2));
              return null;
            });

    settling.within(trial.patience(), "extend, acknowledge and release while receive blocks");
    List<Delivery> left = held.subList(2, 3);
    List<Background<Void>> extending =
        Stream.generate(() -> Background.of(() -> extended(trial, queue, left))).limit(2).toList();
    for (Background<Void> thread : extending) {
      thread.within(trial.patience(), "extend by two threads while receive blocks");
    }
    receive.interrupt();
  }

  @ForEachQueue
  default void rule_214_an_interrupt_ends_receive_and_loses_nothing(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    Background<String> interrupted =
        Background.of(
            () -> {
              try {
                trial.receive(queue, 1, trial.patience().multipliedBy(3));
                trial.receive(queue, 1, Trial.QUIET);
                return "nobody saw the interrupt";
              } catch (InterruptedException e) {
                return "interrupted";
              }
            });
    trial.pause(Trial.QUIET);
    interrupted.interrupt();
    assertThat(interrupted.within(trial.patience(), "receive, interrupted"))
        .isEqualTo("interrupted");

    kind.fill(trial, "r1");
    List<Delivery> taken =
        Background.of(
                () -> {
                  Thread.currentThread().interrupt();
                  try {
                    return trial.receive(queue, 1, Trial.QUIET);
                  } catch (InterruptedException e) {
                    return List.<Delivery>of();
                  }
                })
            .within(trial.patience(), "receive in a thread that is interrupted");
    queue.release(taken.isEmpty() ? trial.take(queue, 1) : taken);
  }

  @ForEachQueue
  default void rule_215_a_method_that_fails_throws_and_may_be_called_again(
      QueueUnderTest kind, Trial trial) throws Exception {
    Broker broker = trial.needBroker();
    RequestQueue queue = kind.of(trial.transport());
    kind.fill(trial, "r1", "r2", "r3");
    List<Delivery> held = trial.take(queue, 3);
    broker.kill();

    // In the engine's three threads, at once: each may take as long as a connection is waited for.
    List<Background<List<Throwable>>> threads =
        List.of(
            failures(() -> queue.receive(1, Trial.QUIET)),
            failures(() -> queue.extend(held)),
            failures(
                () -> queue.acknowledge(held.subList(0, 1)),
                () -> released(queue, held.subList(1, 2))));
    for (Background<List<Throwable>> thread : threads) {
      assertThat(thread.within(trial.patience(), "a call that fails"))
          .as("what a method throws without its broker")
          .allMatch(RuntimeException.class::isInstance);
    }

    broker.start();
    trial.eventually(() -> queue.acknowledge(held.subList(0, 1)));
    trial.eventually(() -> released(queue, held.subList(1, 2)));
    Delivery again = trial.eventually(() -> trial.one(queue));
    assertThat(Requests.id(again)).isEqualTo(Requests.id(held.get(1)));
    trial.assertNoneLost(queue.extend(held.subList(2, 3)));
    trial.assertQuiet(queue);
  }

  @ForEachQueue
  default void rule_216_after_close_every_method_refuses_and_a_receive_that_waits_ends(
      QueueUnderTest kind, Trial trial) throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    kind.fill(trial, "r1");
    List<Delivery> held = trial.take(queue, 1);
    Duration longWait = trial.patience().multipliedBy(3);
    Background<Throwable> receive =
        Background.of(() -> failure(() -> trial.receive(queue, 1, longWait)));
    trial.pause(Trial.QUIET);

    trial.transport().close();

    receive.within(trial.patience(), "receive, after close");
    assertThatIllegalStateException().isThrownBy(() -> queue.receive(1, Trial.QUIET));
    assertThatIllegalStateException().isThrownBy(() -> queue.acknowledge(held));
    assertThatIllegalStateException().isThrownBy(() -> queue.release(held));
    assertThatIllegalStateException().isThrownBy(() -> queue.extend(held));
  }

  @ForEachQueue
  default void rule_217_null_and_a_max_below_1_are_refused(QueueUnderTest kind, Trial trial) {
    RequestQueue queue = kind.of(trial.transport());
    assertThatNullPointerException().isThrownBy(() -> queue.receive(1, null));
    assertThatNullPointerException().isThrownBy(() -> queue.acknowledge(null));
    assertThatNullPointerException().isThrownBy(() -> queue.release(null));
    assertThatNullPointerException().isThrownBy(() -> queue.extend(null));
    if (queue instanceof RetryQueue retryQueue) {
      assertThatNullPointerException().isThrownBy(() -> retryQueue.schedule(null));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> queue.receive(0, Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> queue.receive(-1, Duration.ZERO));
  }

  @ForEachQueue
  default void rule_218_queues_keep_their_messages_apart(QueueUnderTest kind, Trial trial)
      throws Exception {
    List<RequestQueue> queues = new ArrayList<>(trial.transport().requestQueues());
    queues.add(trial.transport().retryQueue());
    kind.fill(trial, "r1");
    RequestQueue filled = kind.of(trial.transport());
    for (RequestQueue other : queues) {
      if (!other.name().equals(filled.name())) {
        trial.assertQuiet(other);
      }
    }
    trial.one(filled);

    Set<String> seen = new HashSet<>();
    trial.second();
    for (RequestQueue queue : trial.transport().requestQueues()) {
      trial.submit(queue.name(), Requests.bodies(List.of("for-" + queue.name())));
    }
    for (RequestQueue queue : trial.transport().requestQueues()) {
      seen.add(Requests.id(trial.one(queue)));
      assertThat(seen).contains("for-" + queue.name());
    }
  }

  @ForEachQueue
  default void rule_219_lists_are_as_long_as_the_engine_needs_them(QueueUnderTest kind, Trial trial)
      throws Exception {
    RequestQueue queue = kind.of(trial.transport());
    List<String> ids = Bulk.manyIds();
    kind.fill(trial, Requests.bodies(ids));

    List<Delivery> held = trial.take(queue, ids.size());
    trial.assertNoneLost(queue.extend(held));
    queue.release(held);
    List<Delivery> again = trial.take(queue, ids.size());
    trial.assertNoneLost(queue.acknowledge(again));

    assertThat(Requests.idsOf(again)).containsExactlyInAnyOrderElementsOf(ids);
    trial.assertQuiet(queue);
  }

  private static Void extended(Trial trial, RequestQueue queue, List<Delivery> deliveries) {
    for (int time = 0; time < 20; time++) {
      trial.assertNoneLost(queue.extend(deliveries));
    }
    return null;
  }

  private static Void released(RequestQueue queue, List<Delivery> deliveries) {
    queue.release(deliveries);
    return null;
  }

  private static Background<List<Throwable>> failures(Trial.Call<?>... calls) {
    return Background.of(
        () -> {
          List<Throwable> failures = new ArrayList<>();
          for (Trial.Call<?> call : calls) {
            failures.add(failure(call));
          }
          return failures;
        });
  }

  private static Throwable failure(Trial.Call<?> call) {
    try {
      call.run();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }
}
