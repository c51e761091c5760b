package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Cancellation;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules 641 to 644, of {@link Cancellation}. */
public interface CancellationContract extends AdapterRules {

  @Test
  default void rule_641_after_cancel_every_process_sees_the_id(Trial trial) throws Exception {
    Cancellation here = trial.need(Cancellation.class, trial.transport());
    Cancellation there = trial.need(Cancellation.class, trial.other());
    RequestQueue others = trial.other().requestQueues().get(trial.second());
    trial.submit("r1");
    trial.submit(others.name(), Requests.bodies(List.of("r2")));
    Map<Delivery, String> mine = byId(trial.take(trial.queue(), 1));
    Map<Delivery, String> theirs = byId(trial.take(others, 1));

    there.cancel(mine.values().iterator().next());
    assertThat(here.cancelled(mine)).as("cancelled by another process").isEqualTo(mine.keySet());
    assertThat(here.cancelled(mine)).as("cancelled, asked again").isEqualTo(mine.keySet());

    here.cancel(theirs.values().iterator().next());
    assertThat(there.cancelled(theirs))
        .as("held by another process, cancelled by this one")
        .isEqualTo(theirs.keySet());
  }

  @Test
  default void rule_642_cancelled_returns_those_that_are_cancelled_and_only_those(Trial trial)
      throws Exception {
    Cancellation cancellation = trial.need(Cancellation.class, trial.transport());
    trial.submit("r1", "r2", "r10");
    Map<Delivery, String> held = byId(trial.take(trial.queue(), 3));
    assertThat(cancellation.cancelled(held)).as("before anything was cancelled").isEmpty();

    cancellation.cancel("r1");

    assertThat(cancellation.cancelled(held)).extracting(Requests::id).containsExactly("r1");
  }

  @Test
  default void rule_643_cancelled_avoids_a_round_trip_where_nothing_is_cancelled(Trial trial) {
    trial.need(Cancellation.class, trial.transport());
    throw trial.skip("round trips are not seen from outside");
  }

  @Test
  default void rule_644_cancel_of_an_unknown_id_is_no_error(Trial trial) throws Exception {
    Cancellation cancellation = trial.need(Cancellation.class, trial.transport());

    cancellation.cancel("r1");

    trial.submit("r1");
    Map<Delivery, String> held = byId(trial.take(trial.queue(), 1));
    assertThat(cancellation.cancelled(held)).isEqualTo(held.keySet());
  }

  private static Map<Delivery, String> byId(List<Delivery> deliveries) {
    Map<Delivery, String> ids = new HashMap<>();
    deliveries.forEach(delivery -> ids.put(delivery, Requests.id(delivery)));
    return ids;
  }
}
