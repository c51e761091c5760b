package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.RequestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 651 to 654, of {@link Producer}. */
public interface ProducerContract extends AdapterRules {

  @Test
  default void rule_651_when_submit_returns_the_messages_are_stored(Trial trial) throws Exception {
    Producer producer = trial.need(Producer.class, trial.transport());
    RequestQueue queue = trial.other().requestQueues().get(0);
    List<String> ids = Requests.ids(3);
    producer.submit(trial.adapter().queues().get(0), Requests.bodies(ids));
    if (trial.adapter().ephemeral() == null) {
      trial.transport().close();
    } else {
      trial.partly(trial.adapter().ephemeral());
    }
    if (trial.adapter().broker() != null) {
      trial.adapter().broker().kill();
      trial.adapter().broker().start();
    }

    assertThat(Requests.idsOf(trial.eventually(() -> trial.take(queue, 3))))
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  default void rule_652_messages_are_handed_out_in_the_order_of_their_submission(Trial trial)
      throws Exception {
    Producer producer = trial.need(Producer.class, trial.transport());
    List<String> ids = Requests.ids(20);
    String queue = trial.adapter().queues().get(0);
    producer.submit(queue, Requests.bodies(ids.subList(0, 10)));
    for (String id : ids.subList(10, 20)) {
      producer.submit(queue, Requests.bodies(List.of(id)));
    }

    assertThat(Requests.idsOf(trial.take(trial.queue(), 20))).containsExactlyElementsOf(ids);
  }

  @Test
  default void rule_653_take_results_hands_out_each_result_once(Trial trial) throws Exception {
    Producer producer = trial.need(Producer.class, trial.transport());
    producer.takeResults(1, Duration.ZERO);
    List<String> ids = Requests.ids(5);
    trial.submit(ids.toArray(String[]::new));
    for (Delivery delivery : trial.take(trial.queue(), 5)) {
      trial.transport().resultQueue().publish(List.of(Requests.answer(delivery)));
    }

    List<String> taken = new ArrayList<>();
    while (taken.size() < 5) {
      List<Bytes> some =
          Background.of(() -> producer.takeResults(2, trial.patience().multipliedBy(3)))
              .within(trial.patience(), "takeResults, with results there");
      assertThat(some).as("results for max 2").hasSizeBetween(1, 2);
      some.forEach(json -> taken.add(ResultMessage.parse(json).id()));
    }

    assertThat(taken).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(
            Background.of(() -> producer.takeResults(2, Trial.QUIET))
                .within(trial.patience(), "takeResults, without results"))
        .as("results that were taken already")
        .isEmpty();
  }

  @Test
  default void rule_654_submit_to_an_unknown_queue_is_refused(Trial trial) {
    Producer producer = trial.need(Producer.class, trial.transport());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> producer.submit("no-such-queue", Requests.bodies(List.of("r1"))));
  }
}
