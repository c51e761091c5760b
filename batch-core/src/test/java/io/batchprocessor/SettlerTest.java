package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettlerTest {

  private final ManualTicker ticker = new ManualTicker();
  private final Counters counters = new Counters();
  private final HeldMessages held = new HeldMessages();
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final FaultyTransport broker = FaultyTransport.atomic(queues);
  private final Settler settler = settler();

  private Settler settler() {
    GuardedListeners listeners = new GuardedListeners(List.of(), new UserCode(counters, ticker));
    return new Settler(
        new OutcomeStore(
            broker,
            held,
            new BrokerCalls(counters, listeners, ticker, () -> 0),
            new Engine.Shared(listeners, counters),
            ticker),
        held,
        ticker);
  }

  private Outcome decided(String id) {
    Delivery delivery = Delivery.builder("requests", Bytes.utf8("0123456789")).build();
    HeldMessage message = new HeldMessage(delivery, new NoQueue("requests"), ticker.getAsLong());
    held.add(message);
    return new Outcome.Finished(
        message, null, ResultMessage.builder(id).answer(200, Bytes.utf8("{}")).build());
  }

  @AfterEach
  void close() {
    queues.close();
  }

  @Test
  void out_of_time_one_failure_is_enough_to_leave_everything_to_the_broker() {
    broker.breaks("settle");
    IntStream.range(0, 5_000).forEach(i -> settler.accept(decided("r" + i)));
    settler.finishBy(ticker.getAsLong());

    settler.run();

    assertThat(broker.calls("settle")).isEqualTo(1);
    assertThat(settler.pending()).isZero();
    assertThat(settler.isCongested()).isFalse();
    assertThat(held.stream()).as("nothing of it was settled").hasSize(5_000);
  }

  @Test
  void what_waits_counts_with_its_message_and_its_answer() {
    assertThat(decided("r").bytes()).isEqualTo(12);
  }
}
