package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.ResultRejectedException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 401 to 407, of {@link ResultQueue}. */
public interface ResultQueueContract extends AdapterRules {

  @Test
  default void rule_401_when_publish_returns_every_result_is_stored(Trial trial) throws Exception {
    trial.submit("r1", "r2", "r3");
    trial.listen();
    List<Delivery> held = trial.take(trial.queue(), 3);
    trial.transport().resultQueue().publish(Requests.answers(held));
    if (trial.hasBroker("a crash")) {
      trial.needBroker().kill();
      trial.needBroker().start();
    }

    assertThat(trial.results(3)).as("results stored").hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  default void rule_402_a_publish_that_failed_may_be_called_again(Trial trial) throws Exception {
    trial.submit("r1");
    trial.listen();
    Result answer = Requests.answer(trial.one(trial.queue()));
    ResultQueue queue = trial.transport().resultQueue();
    if (trial.hasBroker("a failure")) {
      trial.needBroker().kill();
      assertThat(
              Background.of(() -> failure(queue, List.of(answer)))
                  .within(trial.patience(), "publish without its broker"))
          .as("what publish throws without its broker")
          .isInstanceOf(RuntimeException.class);
      trial.needBroker().start();
    }

    for (int time = 0; time < 2; time++) {
      trial.eventually(() -> published(queue, List.of(answer)));
    }

    assertThat(trial.results(1))
        .as("results of one request, published again")
        .hasSizeBetween(1, 3)
        .allMatch(json -> ResultMessage.parse(json).id().equals("r1"));
  }

  @Test
  default void rule_403_what_is_stored_is_the_result_byte_for_byte(Trial trial) throws Exception {
    trial.submit("r1", "ü-2");
    trial.listen();
    List<Result> answers = Requests.answers(trial.take(trial.queue(), 2));

    for (Result answer : answers) {
      trial.transport().resultQueue().publish(List.of(answer));
    }

    List<Bytes> expected = answers.stream().map(answer -> answer.message().toJson()).toList();
    assertThat(trial.results(2).stream().map(Bytes::toUtf8))
        .containsExactlyInAnyOrderElementsOf(expected.stream().map(Bytes::toUtf8).toList());
  }

  @Test
  default void rule_404_a_result_that_can_never_be_stored_is_told(Trial trial) throws Exception {
    int limit = trial.adapter().resultLimit();
    if (limit == 0) {
      throw trial.skip("the adapter names no limit for results");
    }
    trial.submit("small", "large");
    trial.listen();
    List<Delivery> held = trial.take(trial.queue(), 2);
    Result small = Requests.answer(held.get(0));
    Result large = Requests.largeAnswer(held.get(1), limit);
    ResultQueue queue = trial.transport().resultQueue();

    ResultRejectedException refusal =
        catchThrowableOfType(
            ResultRejectedException.class, () -> queue.publish(List.of(small, large)));

    assertThat(refusal).as("the refusal of a result above the limit").isNotNull();
    assertThat(refusal.result()).as("the result at fault").isSameAs(large);
    assertThat(refusal).hasMessageMatching("(?s).+");
  }

  @Test
  default void rule_405_after_close_publish_refuses(Trial trial) throws Exception {
    trial.submit("r1");
    List<Result> answers = Requests.answers(trial.take(trial.queue(), 1));
    ResultQueue queue = trial.transport().resultQueue();

    trial.transport().close();

    assertThatIllegalStateException().isThrownBy(() -> queue.publish(answers));
  }

  @Test
  default void rule_406_null_is_refused(Trial trial) {
    assertThatNullPointerException()
        .isThrownBy(() -> trial.transport().resultQueue().publish(null));
  }

  @Test
  default void rule_407_publish_takes_many_at_once(Trial trial) throws Exception {
    ResultQueue queue = trial.transport().resultQueue();
    trial.listen();
    List<Delivery> many = Bulk.taken(trial, Requests.bodies(Bulk.manyIds()));
    queue.publish(Requests.answers(many));
    assertThat(trial.resultIds(many.size())).containsExactlyInAnyOrderElementsOf(Bulk.manyIds());

    List<Delivery> large = Bulk.taken(trial, Requests.bodies(Bulk.largeIds()));
    queue.publish(Bulk.largeAnswers(trial, large));
    assertThat(trial.resultIds(large.size())).containsExactlyInAnyOrderElementsOf(Bulk.largeIds());
  }

  private static Throwable failure(ResultQueue queue, List<Result> results) {
    try {
      queue.publish(results);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private static Void published(ResultQueue queue, List<Result> results) {
    queue.publish(results);
    return null;
  }
}
