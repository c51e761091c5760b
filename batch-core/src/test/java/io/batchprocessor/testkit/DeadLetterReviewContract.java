package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterReview;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.StoredDeadLetter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules 671 to 675, of {@link DeadLetterReview}. */
public interface DeadLetterReviewContract extends AdapterRules {

  @Test
  default void rule_671_dead_letters_are_shown_to_every_process_and_stay(Trial trial)
      throws Exception {
    DeadLetterReview here = trial.need(DeadLetterReview.class, trial.transport());
    DeadLetterReview there = trial.need(DeadLetterReview.class, trial.other());
    assertThat(here.deadLetters(10, Integer.MAX_VALUE)).as("before any was stored").isEmpty();
    bury(trial, "r1", "r2");

    assertThat(there.deadLetters(10, Integer.MAX_VALUE))
        .extracting(DeadLetterReviewContract::id, StoredDeadLetter::reason, StoredDeadLetter::queue)
        .containsExactly(
            tuple("r1", "no good: r1", origin(trial).name()),
            tuple("r2", "no good: r2", origin(trial).name()));
    assertThat(here.deadLetters(10, Integer.MAX_VALUE))
        .as("shown again")
        .isEqualTo(there.deadLetters(10, Integer.MAX_VALUE));
    assertThat(here.deadLetters(1, Integer.MAX_VALUE))
        .extracting(DeadLetterReviewContract::id)
        .containsExactly("r1");
  }

  @Test
  default void rule_672_a_retry_puts_the_message_back_and_removes_the_letter(Trial trial)
      throws Exception {
    DeadLetterReview review = trial.need(DeadLetterReview.class, trial.other());
    bury(trial, "r1", "r2");

    assertThat(review.retryDeadLetter(review.deadLetters(10, Integer.MAX_VALUE).get(0).key()))
        .isTrue();

    Delivery again = trial.one(origin(trial));
    assertThat(again.body()).isEqualTo(Requests.body("r1"));
    assertThat(again.attempt()).isEqualTo(1);
    assertThat(review.deadLetters(10, Integer.MAX_VALUE))
        .extracting(DeadLetterReviewContract::id)
        .containsExactly("r2");
  }

  @Test
  default void rule_673_a_drop_removes_the_letter_for_good(Trial trial) throws Exception {
    DeadLetterReview review = trial.need(DeadLetterReview.class, trial.other());
    bury(trial, "r1", "r2");

    assertThat(review.dropDeadLetter(review.deadLetters(10, Integer.MAX_VALUE).get(1).key()))
        .isTrue();

    assertThat(review.deadLetters(10, Integer.MAX_VALUE))
        .extracting(DeadLetterReviewContract::id)
        .containsExactly("r1");
    trial.assertQuiet(origin(trial));
  }

  @Test
  default void rule_674_of_a_key_that_names_no_letter_both_return_false(Trial trial)
      throws Exception {
    DeadLetterReview review = trial.need(DeadLetterReview.class, trial.transport());
    bury(trial, "r1", "r2");
    String gone = review.deadLetters(10, Integer.MAX_VALUE).get(0).key();
    review.dropDeadLetter(gone);

    assertThat(review.retryDeadLetter(gone)).as("retry of one that is gone").isFalse();
    assertThat(review.dropDeadLetter(gone)).as("drop of one that is gone").isFalse();
    assertThat(review.retryDeadLetter("no-such-key")).isFalse();
    assertThat(review.dropDeadLetter("no-such-key")).isFalse();

    assertThat(review.deadLetters(10, Integer.MAX_VALUE))
        .extracting(DeadLetterReviewContract::id)
        .containsExactly("r2");
    trial.assertQuiet(origin(trial));
  }

  @Test
  default void rule_675_of_bodies_the_beginning_and_how_long_they_are(Trial trial)
      throws Exception {
    DeadLetterReview review = trial.need(DeadLetterReview.class, trial.transport());
    bury(trial, "r1", "r2");

    for (int most : new int[] {0, 7, Integer.MAX_VALUE}) {
      assertThat(review.deadLetters(10, most))
          .extracting(StoredDeadLetter::body, StoredDeadLetter::bytes)
          .containsExactly(
              tuple(Requests.body("r1").first(most), Requests.body("r1").length()),
              tuple(Requests.body("r2").first(most), Requests.body("r2").length()));
    }
    assertThatThrownBy(() -> review.deadLetters(1, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Puts messages of the second queue among the dead letters. */
  private static void bury(Trial trial, String... ids) throws Exception {
    for (String id : ids) {
      trial.submit(origin(trial).name(), Requests.bodies(List.of(id)));
      trial
          .transport()
          .deadLetterQueue()
          .orElseThrow(() -> trial.skip("the transport has no dead-letter queue"))
          .deadLetter(List.of(new DeadLetter(trial.one(origin(trial)), "no good: " + id)));
    }
  }

  private static RequestQueue origin(Trial trial) {
    return trial.transport().requestQueues().get(trial.second());
  }

  private static String id(StoredDeadLetter letter) {
    return RequestMessage.parse(letter.body(), Integer.MAX_VALUE).id();
  }
}
