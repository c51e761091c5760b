package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.Line.Overstay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairLineTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();

  private final ManualTicker ticker = new ManualTicker();
  private final QueueBuffer buffer = buffer(QueueOrder.BY_ARRIVAL.fairBy("tenant").withWindow(20));
  private final Line line = buffer.line();

  private QueueBuffer buffer(QueueOrder order) {
    return Samples.buffer(QueueConfig.of("requests").withOrder(order), ticker);
  }

  /** All tokens are declared output, but for about ten of payload. */
  private HeldRequest request(String tenant, String id, int tokens) {
    return Samples.held(
        Samples.builder(id, Instant.now().plusSeconds(3600))
            .metadata("tenant", tenant)
            .payload("{\"prompt\":\"p\",\"max_tokens\":%d}".formatted(tokens))
            .build(),
        1,
        buffer);
  }

  private HeldRequest fresh(String tenant, String id, int tokens) {
    HeldRequest request = request(tenant, id, tokens);
    buffer.fresh().add(request);
    return request;
  }

  private HeldRequest fresh(String tenant, String id) {
    return fresh(tenant, id, 300);
  }

  private void fresh(String tenant, int count) {
    for (int i = 0; i < count; i++) {
      fresh(tenant, tenant + i);
    }
  }

  private HeldRequest next() {
    HeldRequest next = line.next();
    assertThat(next).isNotNull();
    return next;
  }

  /** Ids of what goes, until nothing may. */
  private List<String> all() {
    List<String> ids = new ArrayList<>();
    for (HeldRequest next = line.next(); next != null; next = line.next()) {
      line.remove(next);
      ids.add(next.message().id());
    }
    return ids;
  }

  private void holdBackNext(boolean alone) {
    line.holdBack(next(), ticker.getAsLong() + HOUR, alone);
  }

  @Test
  void a_tenant_with_little_does_not_wait_for_one_with_much() {
    fresh("a", 15);
    fresh("b", 3);

    assertThat(all().subList(0, 6)).containsExactly("a0", "a1", "a2", "b0", "b1", "b2");
    assertThat(buffer.size()).isZero();
  }

  @Test
  void turns_are_by_tokens_not_by_requests() {
    for (int i = 0; i < 4; i++) {
      fresh("large", "large" + i, 2_000);
      fresh("small", "small" + i, 500);
    }
    fresh("small", "small4", 500);
    fresh("small", "small5", 500);
    fresh("small", "small6", 500);

    List<String> ids = all();

    assertThat(ids.subList(0, ids.indexOf("large1")).stream().filter(id -> id.startsWith("small")))
        .hasSizeBetween(4, 7);
  }

  @Test
  void who_has_no_attribute_shares_turns_with_others_who_have_none() {
    buffer.fresh().add(Samples.held(Samples.request("x0"), 1, buffer));
    buffer.fresh().add(Samples.held(Samples.request("x1"), 1, buffer));
    fresh("b", 1);

    assertThat(all()).containsExactlyInAnyOrder("x0", "x1", "b0");
  }

  @Test
  void what_comes_back_goes_before_what_is_new_of_its_tenant_but_not_of_others() {
    fresh("a", 1);
    fresh("b", 1);
    for (int i = 0; i < 9; i++) {
      buffer.retries().add(request("a", "again" + i, 300));
    }

    List<String> ids = all();

    assertThat(ids).endsWith("a0").startsWith("again0", "again1", "again2", "b0");
  }

  @Test
  void a_retry_that_comes_while_a_fresh_head_is_taken_is_not_taken_in_its_place() {
    HeldRequest first = fresh("a", "a0");
    assertThat(next()).isSameAs(first);
    buffer.retries().add(request("a", "again", 300));

    line.remove(first);

    assertThat(all()).containsExactly("again");
    assertThat(buffer.size()).isZero();
  }

  @Test
  void who_has_to_wait_stands_aside_and_the_others_go_on() {
    fresh("a", 2);
    fresh("b", 2);
    holdBackNext(false);

    assertThat(all()).containsExactly("b0", "b1");
    assertThat(line.heldBackNanos(ticker.getAsLong())).isEqualTo(HOUR);
    ticker.pass(Duration.ofHours(1));
    assertThat(line.heldBackNanos(ticker.getAsLong())).isZero();
    line.letGo(false);
    assertThat(all()).containsExactly("a0", "a1");
  }

  @Test
  void who_has_to_wait_is_asked_about_again_when_a_permit_comes_back() {
    fresh("a", 1);
    holdBackNext(true);
    line.letGo(false);
    assertThat(line.next()).isNull();

    line.letGo(true);

    assertThat(all()).containsExactly("a0");
  }

  @Test
  void only_the_request_that_was_told_to_wait_waits() {
    HeldRequest first = fresh("a", "a0");
    fresh("a", "a1");
    holdBackNext(false);
    buffer.retries().add(request("a", "again", 300));
    assertThat(next().message().id()).isEqualTo("again");

    holdBackNext(false);
    assertThat(line.next()).isNull();
    line.letGo(true);
    line.remove(next());
    assertThat(next()).isSameAs(first);
    holdBackNext(false);
    first.decideInBuffer();
    line.letGo(false);

    assertThat(all()).containsExactly("a1");
  }

  /** A gate that is closed for all would be asked about everybody at every permit. */
  @Test
  void after_sixteen_tenants_in_vain_the_others_are_asked_about_a_moment_later() {
    QueueBuffer large = buffer(QueueOrder.BY_ARRIVAL.fairBy("tenant"));
    for (int i = 0; i < 20; i++) {
      large.fresh().add(request("t" + i, "r" + i, 1));
    }
    List<String> asked = new ArrayList<>();
    for (HeldRequest next = large.line().next(); next != null; next = large.line().next()) {
      asked.add(next.message().id());
      large.line().holdBack(next, ticker.getAsLong() + HOUR, false);
    }
    assertThat(asked).hasSize(16);
    assertThat(large.line().heldBackNanos(ticker.getAsLong()))
        .isEqualTo(Duration.ofMillis(1).toNanos());

    large.line().letGo(false);

    assertThat(large.line().next().message().id()).isEqualTo("r16");
  }

  @Test
  void what_is_decided_in_the_middle_makes_room() {
    AtomicInteger told = new AtomicInteger();
    buffer.fresh().whenRoom(told::incrementAndGet);
    HeldRequest head = fresh("a", "a0");
    List<HeldRequest> others = new ArrayList<>();
    for (int i = 1; i < 20; i++) {
      others.add(fresh("a", "a" + i));
    }
    holdBackNext(false);
    assertThat(buffer.fresh().room()).isZero();
    others.subList(0, 15).forEach(HeldRequest::decideInBuffer);

    line.forgetDecided();

    assertThat(buffer.fresh().room()).isEqualTo(15);
    assertThat(told).hasPositiveValue();
    line.letGo(true);
    assertThat(next()).isSameAs(head);
    assertThat(all()).containsExactly("a0", "a16", "a17", "a18", "a19");
  }

  @Test
  void those_that_wait_alone_and_fill_the_window_give_up_half_of_it() {
    fresh("a", 15);
    fresh("b", 5);
    holdBackNext(true);
    assertThat(line.overstays()).as("b may go").isEmpty();
    holdBackNext(false);
    assertThat(line.overstays()).as("it may be that nobody may go").isEmpty();
    line.letGo(true);
    holdBackNext(true);
    holdBackNext(true);

    List<Overstay> overstays = line.overstays();

    assertThat(overstays.stream().map(some -> some.request().message().id()))
        .containsExactly("a7", "a8", "a9", "a10", "a11", "a12", "a13", "a14", "b2", "b3", "b4");
    assertThat(buffer.fresh().room()).isEqualTo(11);
    assertThat(line.overstays()).as("there is room by now").isEmpty();
    fresh("c", 1);
    assertThat(all()).containsExactly("c0");
    line.letGo(true);
    assertThat(all()).hasSize(9);
  }

  @Test
  void those_that_come_back_too_early_stay_away_for_longer() {
    List<Long> stays = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      fresh("a", buffer.fresh().room());
      line.letGo(true);
      holdBackNext(true);
      stays.add(line.overstays().get(0).delayNanos());
      ticker.pass(Duration.ofMillis(500));
    }

    assertThat(stays).isSorted().startsWith(1_000_000_000L, 1_000_000_000L, 2_000_000_000L);
    assertThat(stays).endsWith(Duration.ofSeconds(60).toNanos());
  }
}
