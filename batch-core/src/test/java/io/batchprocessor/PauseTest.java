package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.BacklogReporter;
import io.batchprocessor.spi.HealthCheck;
import io.batchprocessor.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an operator changes while the processor runs. */
class PauseTest extends EngineBench {

  private static RequestMessage[] requests(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> request("r-" + i, Instant.now().plusSeconds(600)))
        .toArray(RequestMessage[]::new);
  }

  private static RequestMessage request(String id, Instant deadline) {
    return RequestMessage.builder(id).deadline(deadline).payload("{}").build();
  }

  @Test
  void paused_it_finishes_what_is_in_flight_and_hands_back_what_is_not() {
    BatchProcessor processor = start(with -> with.concurrency(2).setting("buffer", "4"));
    enqueue(requests(10));
    gateway.awaitExchange(2);

    processor.pause();

    assertThat(processor.isPaused()).isTrue();
    eventually()
        .untilAsserted(
            () -> {
              assertThat(processor.stats().buffered()).isZero();
              assertThat(waitingIn("requests")).isEqualTo(8);
            });
    gateway.awaitExchange(1).answer(200, "{}");
    gateway.awaitExchange(2).answer(200, "{}");
    eventually().until(() -> processor.stats().succeeded() == 2);
    assertThat(gateway.exchanges()).hasSize(2);
    assertThat(processor.health().healthy()).isTrue();
  }

  @Test
  void what_is_submitted_during_a_pause_waits_in_the_broker_and_goes_when_it_ends() {
    BatchProcessor processor = start(with -> with.concurrency(4));
    processor.pause();
    processor.pause();
    enqueue(requests(6));
    eventually().until(() -> processor.stats().buffered() == 0 && waitingIn("requests") == 6);
    assertThat(gateway.exchanges()).isEmpty();

    gateway.answering(request -> FakeGateway.answer(200, "{}"));
    processor.resume();
    processor.resume();

    eventually().until(() -> processor.stats().succeeded() == 6);
    assertThat(processor.isPaused()).isFalse();
  }

  @Test
  void a_request_that_is_handed_back_has_its_attempt_not_counted() throws InterruptedException {
    BatchProcessor processor = start(with -> with.concurrency(1));
    enqueue(requests(2));
    gateway.awaitExchange(1);
    eventually().until(() -> processor.stats().buffered() == 1);
    processor.pause();
    eventually().until(() -> processor.stats().released() >= 1);
    processor.resume();
    gateway.awaitExchange(1).answer(200, "{}");

    gateway.awaitExchange(2).answer(200, "{}");

    eventually().until(() -> processor.stats().succeeded() == 2);
    assertThat(results(2)).allMatch(result -> result.contains("\"attempts\":1"));
  }

  @Test
  void a_deadline_is_kept_at_the_end_of_a_pause() {
    BatchProcessor processor = start(with -> with.concurrency(1));
    processor.pause();
    enqueue(request("late", Instant.now().plusMillis(1)));

    processor.resume();

    eventually().until(() -> processor.stats().errors(ErrorCode.DEADLINE_EXCEEDED) == 1);
  }

  @Test
  void close_ends_a_processor_that_is_paused() {
    BatchProcessor processor = start(with -> with.concurrency(1));
    processor.pause();

    processor.close(Duration.ofSeconds(5));

    assertThat(processor.isPaused()).isFalse();
    assertThatThrownBy(processor::resume)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("can't resume a processor that is CLOSED");
  }

  @Test
  void only_what_runs_can_be_paused() {
    BatchProcessor processor = build(queues, EngineBench::asItIs);

    assertThatThrownBy(processor::pause)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("can't pause a processor that is NEW; it must be RUNNING");
    assertThatThrownBy(() -> processor.concurrency("default", 1))
        .isInstanceOf(IllegalStateException.class);
    assertThat(processor.pools()).isEmpty();
    assertThat(processor.ability(BacklogReporter.class)).isEmpty();
  }

  @Test
  void less_concurrency_sends_nothing_until_fewer_are_in_flight_and_more_sends_at_once() {
    BatchProcessor processor = start(with -> with.concurrency(4));
    enqueue(requests(20));
    gateway.awaitExchange(4);

    processor.concurrency("default", 2);
    gateway.awaitExchange(1).answer(200, "{}");
    gateway.awaitExchange(2).answer(200, "{}");
    eventually().until(() -> processor.stats().succeeded() == 2);

    assertThat(gateway.exchanges()).hasSize(4);
    assertThat(pool(processor).inFlight()).isEqualTo(2);
    gateway.awaitExchange(3).answer(200, "{}");
    gateway.awaitExchange(5);
    assertThat(pool(processor).limit()).isEqualTo(2);

    processor.concurrency("default", 4);
    gateway.awaitExchange(7);

    assertThat(pool(processor))
        .isEqualTo(new PoolStats("default", List.of("requests"), 4, 4, 4, "open", 1, Map.of()));
  }

  @Test
  void concurrency_stays_within_what_is_configured() {
    BatchProcessor processor = start(with -> with.concurrency(4));

    for (int wrong : new int[] {0, 5}) {
      assertThatThrownBy(() -> processor.concurrency("default", wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "concurrency of pool 'default' must be from 1 to 4, as configured; is " + wrong);
    }
    assertThatThrownBy(() -> processor.concurrency("slow", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no pool 'slow' with a queue; there are: default");
    assertThat(pool(processor).limit()).isEqualTo(4);
  }

  @Test
  void abilities_are_those_of_the_transport() {
    BatchProcessor processor = start(EngineBench::asItIs);

    assertThat(processor.ability(HealthCheck.class)).containsSame(queues);
    assertThat(processor.ability(Runnable.class)).isEmpty();

    processor.close();
    assertThat(processor.ability(Settlement.class)).isEmpty();
  }

  private static PoolStats pool(BatchProcessor processor) {
    return processor.pools().get(0);
  }

  private long waitingIn(String queue) {
    return queues.backlogs().stream()
        .filter(backlog -> backlog.queue().equals(queue))
        .findFirst()
        .orElseThrow()
        .waiting();
  }

  private List<String> results(int count) throws InterruptedException {
    return queues.takeResults(count, PATIENCE).stream().map(Bytes::toUtf8).toList();
  }
}
