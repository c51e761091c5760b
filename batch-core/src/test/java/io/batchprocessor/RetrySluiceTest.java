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
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetrySluiceTest {

  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private final ManualTicker ticker = new ManualTicker();
  private final MemoryTransport queues = MemoryTransport.builder().build();
  private final QueueBuffer wide = buffer("wide", 100);
  private final QueueBuffer narrow = buffer("narrow", 2);
  private final AtomicBoolean wideIsOpen = new AtomicBoolean(true);
  private final List<Outcome> settled = new ArrayList<>();
  private double random = 0;
  private final HeldMessages held = new HeldMessages();
  private final Counters counters = new Counters();
  private final EngineConfig config =
      new EngineConfig(
          Duration.ofMinutes(5), 9, 5, 1_000, InstantSource.fixed(NOW), ticker, () -> random);
  private final RetrySluice sluice =
      new RetrySluice(
          queues.retryQueue(),
          List.of(pool(wide, 100), pool(narrow, 2)),
          new Admission(
              config,
              held,
              settled::add,
              new Engine.Shared(
                  new GuardedListeners(List.of(), new UserCode(counters, ticker)), counters)),
          held,
          settled::add,
          counters,
          new Doorbell(),
          config);

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
    return delivery(queue, Duration.ofHours(1));
  }

  private static Delivery delivery(String queue, Duration timeLeft) {
    return delivery(queue, Samples.builder("r", NOW.plus(timeLeft)).build().toJson());
  }

  private static Delivery delivery(String queue, Bytes body) {
    return Delivery.builder(queue, body).attempt(3).build();
  }

  private void fill(QueueBuffer buffer) {
    for (int i = buffer.retries().room(); i > 0; i--) {
      buffer.retries().add(Samples.held("r" + i));
    }
  }

  private void empty(QueueBuffer buffer) {
    while (buffer.retries().first() != null) {
      buffer.retries().remove();
    }
  }

  private @Nullable QueueBuffer bufferOf(Delivery delivery) {
    return sluice.bufferOf(delivery, ticker.getAsLong());
  }

  private Duration putOff(Delivery delivery) {
    settled.clear();
    assertThat(bufferOf(delivery)).isNull();
    Outcome.Retried putOff = (Outcome.Retried) settled.get(0);
    return Duration.ofNanos(putOff.dueNanos() - ticker.getAsLong());
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
      buffers.add(bufferOf(delivery("narrow")));
    }

    assertThat(buffers).containsExactly(narrow, narrow, null, null, null);
    assertThat(settled)
        .hasSize(3)
        .allSatisfy(outcome -> assertThat(((Outcome.Retried) outcome).attempt()).isEqualTo(3));
    assertThat(bufferOf(delivery("wide"))).isSameAs(wide);
    // The next batch starts from the room that there is then.
    sluice.demand();
    assertThat(bufferOf(delivery("narrow"))).isSameAs(narrow);
  }

  @Test
  void what_finds_no_room_for_long_is_put_off_for_longer_and_longer() {
    random = 1;
    fill(narrow);
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      sluice.demand();
      Duration delay = putOff(delivery("narrow"));
      assertThat(putOff(delivery("narrow"))).as("while none of it can be back").isEqualTo(delay);
      seconds.add(delay.toSeconds());
      ticker.pass(delay);
    }
    assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);

    empty(narrow);
    sluice.demand();
    fill(narrow);
    assertThat(putOff(delivery("narrow"))).as("after there was room").hasSeconds(1);
  }

  @Test
  void what_is_put_off_does_not_miss_its_deadline() {
    random = 1;
    fill(narrow);
    for (String queue : List.of("narrow", "unknown")) {
      assertThat(putOff(delivery(queue, Duration.ofSeconds(1)))).hasMillis(500);
      assertThat(putOff(delivery(queue, Duration.ofMillis(60)))).hasMillis(50);
      assertThat(putOff(delivery(queue, Duration.ofMillis(20)))).hasMillis(20);
      assertThat(putOff(delivery(queue, ChronoUnit.MILLENNIA.getDuration()))).hasSeconds(1);
    }
  }

  @Test
  void what_ends_at_once_needs_no_room() {
    fill(narrow);

    assertThat(bufferOf(delivery("narrow", Duration.ofMillis(-1)))).isSameAs(narrow);
    assertThat(bufferOf(delivery("narrow", Bytes.utf8("{}")))).isSameAs(narrow);

    assertThat(settled).isEmpty();
  }

  @Test
  void what_nobody_serves_ends_at_its_deadline_or_if_it_can_not_be_read() {
    assertThat(bufferOf(delivery("unknown", Duration.ZERO))).isNull();
    assertThat(bufferOf(delivery("unknown", Bytes.utf8("{\"id\":\"r\"}")))).isNull();
    assertThat(bufferOf(delivery("unknown", Bytes.utf8("[]")))).isNull();

    assertThat(settled.subList(0, 2))
        .map(outcome -> ((Outcome.Finished) outcome).result())
        .map(result -> result.errorCode().orElseThrow() + " " + result.attempts())
        .containsExactly("DEADLINE_EXCEEDED 2", "INVALID_REQUEST 2");
    assertThat(settled.get(2)).isInstanceOf(Outcome.DeadLettered.class);
    assertThat(held.stream()).hasSize(3);
  }

  @Test
  void what_is_put_off_together_does_not_come_back_together() {
    List<Long> delays = new ArrayList<>();
    for (double chance : new double[] {0, 0.5, 1}) {
      random = chance;
      delays.add(putOff(delivery("unknown")).toMillis());
    }

    assertThat(delays).containsExactly(50L, 525L, 1_000L);
  }
}
