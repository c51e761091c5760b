package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.memory.MemoryTransport;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetrySluiceTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final QueueBuffer wide = buffer("wide", 100);
  private final QueueBuffer narrow = buffer("narrow", 2);
  private final AtomicBoolean wideIsOpen = new AtomicBoolean(true);
  private final List<Outcome> settled = new ArrayList<>();
  private double random = 0;
  private final RetrySluice sluice =
      new RetrySluice(
          queues.retryQueue(),
          List.of(pool(wide, 100), pool(narrow, 2)),
          new HeldMessages(),
          settled::add,
          new Counters(),
          new Doorbell(),
          new EngineConfig(
              Duration.ofMinutes(5), 9, 5, 1_000, InstantSource.system(), ticker, () -> random));

  private QueueBuffer buffer(String queue, int capacity) {
    return new QueueBuffer(
        QueueConfig.of(queue),
        new GatewayTarget(Samples.ENDPOINT, null, Authorization.none()),
        TransformChain.NONE,
        QueueGates.of(null, gate(queue)),
        capacity,
        ticker);
  }

  private GuardedGate gate(String queue) {
    DispatchGate gate =
        new DispatchGate() {
          @Override
          public String name() {
            return "switch";
          }

          @Override
          public Verdict tryAcquire(RequestView request) {
            return new Verdict.Go(Permit.UNCOUNTED);
          }

          @Override
          public double budget() {
            return queue.equals("wide") && !wideIsOpen.get() ? 0 : 1;
          }
        };
    return new GuardedGate(gate, new UserCode(new Counters(), ticker));
  }

  private WorkerPool pool(QueueBuffer buffer, int concurrency) {
    return new WorkerPool(
        PoolConfig.of(buffer.name(), concurrency),
        List.of(buffer),
        queues -> queues.get(0),
        gate(buffer.name()));
  }

  private static Delivery delivery(String queue) {
    return Delivery.builder(queue, Bytes.utf8("{}")).attempt(3).build();
  }

  @AfterEach
  void close() {
    queues.close();
  }

  @Test
  void as_much_is_asked_for_as_the_widest_open_pool_has_room_for() {
    assertThat(sluice.demand()).isEqualTo(100);
    wideIsOpen.set(false);
    assertThat(sluice.demand()).isEqualTo(2);
  }

  @Test
  void what_one_batch_brings_beyond_the_room_of_a_queue_is_put_off_with_its_attempt_not_counted() {
    assertThat(sluice.demand()).isEqualTo(100);

    List<QueueBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      buffers.add(sluice.bufferOf(delivery("narrow")));
    }

    assertThat(buffers).containsExactly(narrow, narrow, null, null, null);
    assertThat(settled)
        .hasSize(3)
        .allSatisfy(outcome -> assertThat(((Outcome.Retried) outcome).attempt()).isEqualTo(3));
    assertThat(sluice.bufferOf(delivery("wide"))).isSameAs(wide);
    // The next batch starts from the room that there is then.
    sluice.demand();
    assertThat(sluice.bufferOf(delivery("narrow"))).isSameAs(narrow);
  }

  @Test
  void what_is_put_off_together_does_not_come_back_together() {
    List<Long> delays = new ArrayList<>();
    for (double chance : new double[] {0, 0.5, 1}) {
      random = chance;
      assertThat(sluice.bufferOf(delivery("unknown"))).isNull();
      Outcome.Retried putOff = (Outcome.Retried) settled.get(settled.size() - 1);
      delays.add(Duration.ofNanos(putOff.dueNanos() - ticker.getAsLong()).toMillis());
    }

    assertThat(delays).containsExactly(50L, 525L, 1_000L);
  }
}
