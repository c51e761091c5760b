package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QueueBufferTest {

  private final QueueBuffer buffer = Samples.buffer("requests");

  private HeldRequest request(String id) {
    return Samples.held(Samples.request(id), 1, buffer);
  }

  @Test
  void retries_go_before_fresh_requests() {
    HeldRequest fresh = request("fresh");
    HeldRequest retry = request("retry");
    buffer.fresh().add(fresh);
    buffer.retries().add(retry);

    assertThat(buffer.line().next()).isSameAs(retry);
    buffer.line().remove(retry);
    assertThat(buffer.line().next()).isSameAs(fresh);
  }

  @Test
  void a_retry_that_comes_while_a_fresh_head_is_taken_is_not_taken_in_its_place() {
    HeldRequest fresh = request("fresh");
    HeldRequest retry = request("retry");
    buffer.fresh().add(fresh);
    HeldRequest head = buffer.line().next();
    buffer.retries().add(retry);

    buffer.line().remove(head);

    assertThat(buffer.line().next()).isSameAs(retry);
    buffer.line().remove(retry);
    assertThat(buffer.line().next()).isNull();
    assertThat(buffer.size()).isZero();
  }

  @Test
  void what_was_decided_while_it_waited_is_passed_over() {
    HeldRequest cancelled = request("cancelled");
    HeldRequest next = request("next");
    buffer.fresh().add(cancelled);
    buffer.fresh().add(next);
    cancelled.decideInBuffer();

    assertThat(buffer.line().next()).isSameAs(next);
    assertThat(buffer.size()).isEqualTo(1);
  }

  @Test
  void the_intake_is_told_once_half_of_the_room_is_free() {
    AtomicInteger told = new AtomicInteger();
    buffer.fresh().whenRoom(told::incrementAndGet);
    for (int i = 0; i < 8; i++) {
      buffer.fresh().add(request("r-" + i));
    }
    assertThat(buffer.fresh().room()).isZero();

    for (int i = 0; i < 3; i++) {
      buffer.line().remove(buffer.line().next());
    }
    assertThat(told).hasValue(0);
    buffer.line().remove(buffer.line().next());
    assertThat(told).hasValue(1);
    assertThat(buffer.fresh().room()).isEqualTo(4);
  }

  @Test
  void a_queue_that_is_held_back_shows_nothing_until_its_time() {
    ManualTicker ticker = new ManualTicker();
    QueueBuffer slow =
        new QueueBuffer(
            QueueConfig.of("slow"),
            new GatewayTarget(Samples.ENDPOINT, null, Authorization.none()),
            TransformChain.NONE,
            Samples.openGate(),
            8,
            ticker);
    HeldRequest head = Samples.held(Samples.request("r"), 1, slow);
    slow.fresh().add(head);
    slow.line().holdBack(head, ticker.getAsLong() + 1_000, false);

    assertThat(slow.look()).isFalse();
    assertThat(slow.line().heldBackNanos(ticker.getAsLong())).isEqualTo(1_000);
    ticker.pass(Duration.ofNanos(1_000));
    assertThat(slow.line().heldBackNanos(ticker.getAsLong())).isZero();
    slow.line().letGo(false);
    assertThat(slow.line().heldBackNanos(ticker.getAsLong())).isEqualTo(Long.MAX_VALUE);
    assertThat(slow.look()).isTrue();
  }

  @Test
  void what_was_told_to_wait_holds_back_only_itself() {
    HeldRequest waits = request("waits");
    buffer.fresh().add(waits);
    buffer.fresh().add(request("next"));
    buffer.line().holdBack(waits, System.nanoTime() + Long.MAX_VALUE / 2, false);
    assertThat(buffer.look()).isFalse();

    waits.decideInBuffer();

    assertThat(buffer.look()).isTrue();
  }

  @Test
  void what_a_policy_sees_does_not_change_while_it_looks() {
    HeldRequest head = request("head");
    buffer.fresh().add(head);
    assertThat(buffer.look()).isTrue();

    head.decideInBuffer();

    assertThat(buffer.buffered()).isEqualTo(1);
    assertThat(buffer.headDeadlineMillis()).isEqualTo(head.deadlineMillis());
    assertThat(buffer.look()).isFalse();
    assertThat(buffer.buffered()).isZero();
  }
}
