package io.batchprocessor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Transport;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rules 101 to 105, of {@link Transport}. */
public interface TransportContract extends AdapterRules {

  @Test
  default void rule_101_accessors_return_the_same_every_time(Trial trial) {
    Transport transport = trial.transport();
    assertThat(transport.requestQueues()).isEqualTo(transport.requestQueues());
    assertThat(transport.retryQueue()).isSameAs(transport.retryQueue());
    assertThat(transport.resultQueue()).isSameAs(transport.resultQueue());
    assertThat(transport.deadLetterQueue()).isEqualTo(transport.deadLetterQueue());
  }

  @Test
  default void rule_102_there_are_request_queues_and_no_two_share_a_name(Trial trial) {
    List<String> names =
        trial.transport().requestQueues().stream().map(RequestQueue::name).toList();

    assertThat(names).isNotEmpty().doesNotContainNull().doesNotContain("");
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names).doesNotContain(trial.transport().retryQueue().name());
  }

  /** Of connections nothing is seen from outside: an adapter tests that itself. */
  @Test
  default void rule_103_close_ends_threads_and_may_be_repeated_by_any_thread(Trial trial)
      throws Exception {
    ThreadWatch watch = new ThreadWatch();
    Transport transport = watch.run(trial::open);
    watch.run(() -> trial.receive(transport.requestQueues().get(0), 1, Trial.QUIET));
    watch.run(() -> trial.receive(transport.retryQueue(), 1, Trial.QUIET));

    Background<Void> close =
        Background.of(
            () -> {
              transport.close();
              transport.close();
              return null;
            });

    close.within(trial.patience(), "close");
    transport.close();
    Awaitility.await()
        .atMost(trial.patience())
        .untilAsserted(() -> assertThat(watch.alive()).as("threads left by close").isEmpty());
  }

  @Test
  default void rule_104_close_settles_nothing(Trial trial) throws Exception {
    trial.needSharedQueues();
    trial.beforeLeaseEnds(
        (timed, hold) -> {
          timed.submit("r1");
          RequestQueue heir = timed.other().requestQueues().get(0);
          timed.one(timed.queue(), hold);
          timed.transport().close();
          List<Delivery> taken = List.of();
          while (taken.isEmpty() && hold.age().compareTo(timed.patience()) < 0) {
            taken = timed.receive(heir, 1, timed.lease().dividedBy(10));
            assertThat(taken.isEmpty() || !hold.lasts())
                .as("a closed transport's delivery stays held until its lease ends")
                .isTrue();
          }
          assertThat(taken).as("what a closed transport held").hasSize(1);
        });
  }

  @Test
  default void rule_105_two_transports_see_the_same_queues(Trial trial) throws Exception {
    trial.needSharedQueues();
    trial.submit("r1", "r2");
    Transport other = trial.other();
    trial.listen();

    List<Delivery> taken = trial.take(other.requestQueues().get(0), 2);
    trial.assertQuiet(trial.queue());
    other.resultQueue().publish(Requests.answers(taken.subList(0, 1)));
    assertThat(trial.results(1)).as("results published by another transport").hasSize(1);
    other.retryQueue().schedule(List.of(new Retry(taken.get(1), Trial.SOON, 2)));
    assertThat(Requests.id(trial.one(trial.transport().retryQueue())))
        .isEqualTo(Requests.id(taken.get(1)));
  }
}
