package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Inspection;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.WaitingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rules 661 to 664, of {@link Inspection}. */
public interface InspectionContract extends AdapterRules {

  /** No bound for bodies. */
  int ALL = Integer.MAX_VALUE;

  @Test
  default void rule_661_peek_returns_what_waits_and_leaves_it_there(Trial trial) throws Exception {
    Inspection inspection = trial.need(Inspection.class, trial.transport());
    String queue = trial.queue().name();
    assertThat(inspection.peek(queue, 10, ALL)).as("an empty queue").isEmpty();
    trial.submit("r1");
    trial.take(trial.queue(), 1);
    trial.submit("r2", "r3");

    Awaitility.await()
        .atMost(trial.patience())
        .untilAsserted(
            () ->
                assertThat(inspection.peek(queue, 10, ALL))
                    .extracting(InspectionContract::id)
                    .containsExactly("r2", "r3"));
    assertThat(inspection.peek(queue, 10, ALL).get(0).body()).isEqualTo(Requests.body("r2"));
    assertThat(Requests.idsOf(trial.take(trial.queue(), 2)))
        .as("handed out after they were shown")
        .containsExactlyInAnyOrder("r2", "r3");
  }

  @Test
  default void rule_662_of_the_retry_queue_it_tells_when_each_is_due(Trial trial) throws Exception {
    Inspection inspection = trial.need(Inspection.class, trial.transport());
    String queue = trial.adapter().queues().get(0);
    trial.submit("r1");
    Delivery first = trial.one(trial.queue());
    trial.submit("r2");
    Delivery second = trial.one(trial.queue());
    Instant before = Instant.now();
    trial
        .transport()
        .retryQueue()
        .schedule(
            List.of(
                new Retry(first, Duration.ofHours(2), 3),
                new Retry(second, Duration.ofHours(1), 2)));

    List<WaitingMessage> shown = inspection.peek(trial.transport().retryQueue().name(), 10, ALL);

    assertThat(shown)
        .extracting(InspectionContract::id, WaitingMessage::queue, WaitingMessage::attempt)
        .containsExactly(tuple("r2", queue, 2), tuple("r1", queue, 3));
    // Clocks of broker and process may differ, and the machine may be slow.
    assertThat(shown.get(0).dueAt())
        .isBetween(before.plus(Duration.ofMinutes(59)), before.plus(Duration.ofMinutes(90)));
    assertThat(shown.get(1).dueAt())
        .isBetween(before.plus(Duration.ofMinutes(119)), before.plus(Duration.ofMinutes(150)));
  }

  @Test
  default void rule_663_no_more_than_max_and_no_unknown_queue(Trial trial) throws Exception {
    Inspection inspection = trial.need(Inspection.class, trial.transport());
    trial.submit("r1", "r2", "r3");

    Awaitility.await()
        .atMost(trial.patience())
        .untilAsserted(
            () ->
                assertThat(inspection.peek(trial.queue().name(), 2, ALL))
                    .extracting(InspectionContract::id)
                    .containsExactly("r1", "r2"));
    assertThatThrownBy(() -> inspection.peek("no-such-queue", 1, ALL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> inspection.peek(trial.queue().name(), 0, ALL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> inspection.peek(trial.queue().name(), 1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  default void rule_664_of_bodies_the_beginning_and_how_long_they_are(Trial trial)
      throws Exception {
    Inspection inspection = trial.need(Inspection.class, trial.transport());
    trial.submit("r1");
    Delivery first = trial.one(trial.queue());
    trial.submit("r2");
    String retries = trial.transport().retryQueue().name();
    trial.transport().retryQueue().schedule(List.of(new Retry(first, Duration.ofHours(1), 2)));

    for (int most : new int[] {0, 7, ALL}) {
      Awaitility.await()
          .atMost(trial.patience())
          .untilAsserted(
              () ->
                  assertThat(inspection.peek(trial.queue().name(), 1, most))
                      .extracting(WaitingMessage::body, WaitingMessage::bytes)
                      .containsExactly(beginning("r2", most)));
      assertThat(inspection.peek(retries, 1, most))
          .extracting(WaitingMessage::body, WaitingMessage::bytes)
          .containsExactly(beginning("r1", most));
    }
  }

  private static Tuple beginning(String id, int most) {
    Bytes body = Requests.body(id);
    return tuple(body.first(most), body.length());
  }

  private static String id(WaitingMessage message) {
    return RequestMessage.parse(message.body(), Integer.MAX_VALUE).id();
  }
}
