package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rules 621 to 623, of {@link BacklogReporter}. */
public interface BacklogReporterContract extends AdapterRules {

  @Test
  default void rule_621_there_is_one_backlog_for_each_request_queue_and_one_for_the_retry_queue(
      Trial trial) {
    BacklogReporter reporter = trial.need(BacklogReporter.class, trial.transport());
    List<String> names = new ArrayList<>(trial.adapter().queues());
    names.add(trial.transport().retryQueue().name());

    assertThat(reporter.backlogs())
        .extracting(Backlog::queue)
        .containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  default void rule_622_numbers_are_those_of_the_broker_for_all_processes(Trial trial)
      throws Exception {
    trial.need(BacklogReporter.class, trial.transport());
    BacklogReporter reporter = trial.need(BacklogReporter.class, trial.other());
    trial.submit("r1", "r2");
    List<Delivery> held = trial.take(trial.queue(), 2);
    trial.submit("r3", "r4");
    trial
        .transport()
        .retryQueue()
        .schedule(List.of(new Retry(held.get(0), Duration.ofHours(1), 2)));

    Awaitility.await()
        .atMost(trial.patience())
        .untilAsserted(
            () -> {
              assertBacklog(reporter, trial.queue().name(), 2, 1);
              assertBacklog(reporter, trial.transport().retryQueue().name(), 1, 0);
              if (trial.second() == 1) {
                assertBacklog(reporter, trial.adapter().queues().get(1), 0, 0);
              }
            });
  }

  @Test
  default void rule_623_backlogs_may_be_asked_for_by_any_thread(Trial trial) throws Exception {
    BacklogReporter reporter = trial.need(BacklogReporter.class, trial.transport());
    RequestQueue queue = trial.queue();
    Background<List<Delivery>> receive =
        trial.receiving(queue, 1, trial.patience().multipliedBy(3));
    List<Background<List<Backlog>>> askers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      askers.add(Background.of(() -> trial.repeat(10, reporter::backlogs)));
    }

    for (Background<List<Backlog>> asker : askers) {
      assertThat(asker.within(trial.patience(), "backlogs")).isNotNull();
    }
    assertThat(receive.isDone()).as("a receive that waits meanwhile").isFalse();
  }

  private static void assertBacklog(
      BacklogReporter reporter, String queue, long waiting, long leased) {
    Backlog backlog =
        reporter.backlogs().stream().filter(b -> b.queue().equals(queue)).findFirst().orElseThrow();
    assertThat(backlog.waiting()).as("waiting in %s", queue).isEqualTo(waiting);
    assertThat(backlog.leased()).as("leased in %s", queue).isEqualTo(leased);
    backlog.oldest().ifPresent(age -> assertThat(age).isGreaterThanOrEqualTo(Duration.ZERO));
  }
}
