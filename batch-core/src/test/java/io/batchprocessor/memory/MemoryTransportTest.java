package io.batchprocessor.memory;

import static io.batchprocessor.memory.Samples.LEASE;
import static io.batchprocessor.memory.Samples.bodies;
import static io.batchprocessor.memory.Samples.receive;
import static io.batchprocessor.memory.Samples.receiveOne;
import static io.batchprocessor.memory.Samples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.batchprocessor.spi.Backlog;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport transport =
      MemoryTransport.builder()
          .queues("a", "b")
          .lease(LEASE)
          .ticker(ticker)
          .resultCapacity(1)
          .build();

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void rule_101_accessors_return_the_same_every_time() {
    assertThat(transport.requestQueues()).isEqualTo(transport.requestQueues());
    assertThat(transport.retryQueue()).isSameAs(transport.retryQueue());
    assertThat(transport.resultQueue()).isSameAs(transport.resultQueue());
    assertThat(transport.deadLetterQueue()).isPresent().isEqualTo(transport.deadLetterQueue());
  }

  @Test
  void rule_102_request_queues_are_those_configured_in_their_order() {
    assertThat(transport.requestQueues()).extracting(RequestQueue::name).containsExactly("a", "b");
    assertThat(transport.retryQueue().name()).isEqualTo("retry");
  }

  @Test
  void rule_103_close_is_harmless_when_repeated() {
    transport.close();
    transport.close();

    assertThat(transport.health().healthy()).isFalse();
  }

  @Test
  void rule_621_there_is_a_backlog_for_each_queue() throws Exception {
    transport.submit("a", bodies("1", "2", "3"));
    ticker.advance(Duration.ofSeconds(2));
    transport.submit("a", bodies("4"));
    var held = receive(transport.requestQueues().get(0), 2);
    transport.retryQueue().schedule(List.of(new Retry(held.get(0), Duration.ofSeconds(5), 2)));
    ticker.advance(Duration.ofSeconds(1));

    assertThat(transport.backlogs())
        .containsExactly(
            new Backlog("a", 2, 1, Duration.ofSeconds(3)),
            new Backlog("b", 0, 0, null),
            new Backlog("retry", 1, 0, Duration.ZERO));

    ticker.advance(Duration.ofSeconds(10));
    assertThat(transport.backlogs().get(2))
        .isEqualTo(new Backlog("retry", 1, 0, Duration.ofSeconds(6)));
  }

  @Test
  void rule_622_a_message_whose_lease_ran_out_waits() throws Exception {
    transport.submit("a", bodies("1"));
    receiveOne(transport.requestQueues().get(0));
    assertThat(transport.backlogs().get(0)).isEqualTo(new Backlog("a", 0, 1, null));

    ticker.advance(LEASE);

    assertThat(transport.backlogs().get(0)).isEqualTo(new Backlog("a", 1, 0, LEASE));
  }

  @Test
  void rule_631_it_is_healthy_unless_results_are_full() throws Exception {
    assertThat(transport.health().healthy()).isTrue();
    transport.submit("a", bodies("1"));

    transport.settle(List.of(result(receiveOne(transport.requestQueues().get(0)), "x")));

    assertThat(transport.health().healthy()).isFalse();
    assertThat(transport.health().detail())
        .isEqualTo(
            "results are full: take some with takeResults (results=1/1, deadLetters=0/10000)");
    transport.takeResults(1, Duration.ZERO);
    assertThat(transport.health().healthy()).isTrue();
  }

  @Test
  void rule_632_after_close_it_is_unhealthy() {
    transport.close();

    assertThat(transport.health().healthy()).isFalse();
    assertThat(transport.health().detail()).contains("closed");
    assertThatIllegalStateException().isThrownBy(transport::backlogs);
  }

  @Test
  void build_names_everything_that_is_wrong() {
    assertThatExceptionOfType(InvalidSettingsException.class)
        .isThrownBy(
            () ->
                MemoryTransport.builder()
                    .queues("a", " ", "a", "retry")
                    .capacity(0)
                    .lease(Duration.ZERO)
                    .resultCapacity(-1)
                    .deadLetterCapacity(0)
                    .build())
        .satisfies(
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "queues: a name is blank",
                        "queues: the name 'a' is taken",
                        "queues: the name 'retry' is that of the retry queue",
                        "capacity must be at least 1, is 0",
                        "resultCapacity must be at least 1, is -1",
                        "deadLetterCapacity must be at least 1, is 0",
                        "lease must be above zero, is PT0S"));
    assertThatExceptionOfType(InvalidSettingsException.class)
        .isThrownBy(() -> MemoryTransport.builder().queues().build())
        .withMessage("queues: there must be at least one");
  }
}
