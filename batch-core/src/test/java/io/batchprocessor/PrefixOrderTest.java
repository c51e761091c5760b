package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrefixOrderTest {

  private static final Instant DEADLINE = Instant.parse("2100-01-01T00:00:00Z");

  private final QueueBuffer buffer = buffer(QueueOrder.BY_ARRIVAL.byPrefix(16));

  private static QueueBuffer buffer(QueueOrder order) {
    return Samples.buffer(
        QueueConfig.of("requests").withOrder(order.withWindow(1_000)), System::nanoTime);
  }

  private static HeldRequest request(
      QueueBuffer buffer, String id, String prompt, Instant deadline) {
    return Samples.held(
        Samples.builder(id, deadline).payload("{\"prompt\":\"" + prompt + "\"}").build(),
        1,
        buffer);
  }

  private void add(String id, String prompt, Instant deadline) {
    buffer.fresh().add(request(buffer, id, prompt, deadline));
  }

  private static HeldRequest go(QueueBuffer buffer) {
    HeldRequest next = buffer.line().next();
    if (next != null) {
      buffer.line().remove(next);
    }
    return next;
  }

  private static List<HeldRequest> all(QueueBuffer buffer) {
    List<HeldRequest> all = new ArrayList<>();
    for (HeldRequest next = go(buffer); next != null; next = go(buffer)) {
      all.add(next);
    }
    return all;
  }

  private static List<String> ids(List<HeldRequest> requests) {
    return requests.stream().map(request -> request.message().id()).toList();
  }

  @Test
  void what_begins_alike_goes_together() {
    add("a1", "You judge dishes: soup", DEADLINE);
    add("b1", "You write poems on: rain", DEADLINE);
    add("a2", "You judge dishes: fish", DEADLINE);
    add("b2", "You write poems on: snow", DEADLINE);

    assertThat(ids(all(buffer))).containsExactly("a1", "a2", "b1", "b2");
  }

  @Test
  void an_earlier_deadline_wins_over_a_prefix() {
    add("late", "You judge dishes: soup", DEADLINE.plusSeconds(60));
    add("late2", "You judge dishes: fish", DEADLINE.plusSeconds(119));
    add("early", "You write poems on: rain", DEADLINE.plusSeconds(59));
    HeldRequest late = buffer.line().next();
    assertThat(late.message().id()).isEqualTo("early");
    add("earliest", "You judge dishes: beef", DEADLINE.minusSeconds(1));

    assertThat(ids(all(buffer))).containsExactly("earliest", "early", "late", "late2");
  }

  @Test
  void what_comes_back_goes_first_whatever_its_prefix_and_deadline() {
    add("new", "You judge dishes: soup", DEADLINE);
    buffer.retries().add(request(buffer, "again", "other", DEADLINE.plusSeconds(600)));

    assertThat(ids(all(buffer))).containsExactly("again", "new");
  }

  @Test
  void what_has_no_prompt_belongs_to_no_group() {
    for (int i = 0; i < 3; i++) {
      buffer
          .fresh()
          .add(
              Samples.held(
                  Samples.builder("n" + i, DEADLINE).payload("{\"input\":1}").build(), 1, buffer));
      add("p" + i, "You judge dishes: " + i, DEADLINE);
    }

    assertThat(ids(all(buffer))).containsExactly("n0", "p0", "p1", "p2", "n1", "n2");
  }

  /** Those with a common deadline, say tomorrow at six, that never run dry. */
  @Test
  void a_prefix_that_comes_again_and_again_keeps_another_waiting_for_one_turn_only() {
    for (int i = 0; i < 10; i++) {
      add("much" + i, "You judge dishes: " + i, DEADLINE);
    }
    add("other", "You write poems on: rain", DEADLINE);
    List<String> gone = new ArrayList<>();
    while (!gone.contains("other") && gone.size() < 100) {
      gone.add(go(buffer).message().id());
      add("more" + gone.size(), "You judge dishes: " + gone.size(), DEADLINE);
    }

    assertThat(gone).hasSize(11).endsWith("other");
  }

  @Property(tries = 200)
  void deadlines_come_first_and_each_prefix_once_within_them(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int count) {
    Random random = new Random(seed);
    QueueBuffer some = buffer(QueueOrder.BY_ARRIVAL.byPrefix(16));
    for (int i = 0; i < count; i++) {
      some.fresh()
          .add(
              request(
                  some,
                  "r" + i,
                  "group %02d of many %d".formatted(random.nextInt(6), i),
                  DEADLINE.plusSeconds(random.nextInt(300))));
    }

    List<HeldRequest> all = all(some);

    assertThat(all).hasSize(count);
    assertThat(all.stream().map(request -> request.deadlineMillis() / 60_000).toList()).isSorted();
    Set<List<Long>> seen = new HashSet<>();
    List<Long> last = List.of();
    for (HeldRequest request : all) {
      List<Long> group = List.of(request.deadlineMillis() / 60_000, request.rank().prefix());
      assertThat(group.equals(last) || seen.add(group)).as("a group in one piece").isTrue();
      last = group;
    }
  }

  /** What a prefix cache that remembers one prefix would hit. */
  @Test
  void runs_of_one_prefix_grow() {
    assertThat(hits(QueueOrder.BY_ARRIVAL)).isLessThan(100);
    assertThat(hits(QueueOrder.BY_ARRIVAL.byPrefix(16))).isEqualTo(400 - 8);
    assertThat(hits(QueueOrder.BY_ARRIVAL.fairBy("tenant").byPrefix(16))).isEqualTo(400 - 8);
  }

  private static int hits(QueueOrder order) {
    QueueBuffer some = buffer(order);
    List<HeldRequest> requests = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      requests.add(request(some, "r" + i, "group 0" + i % 8 + " of many " + i, DEADLINE));
    }
    Collections.shuffle(requests, new Random(7));
    requests.forEach(some.fresh()::add);
    int hits = 0;
    String last = "";
    for (HeldRequest request : all(some)) {
      String prompt = request.message().payload().toUtf8().substring(0, 27);
      hits += prompt.equals(last) ? 1 : 0;
      last = prompt;
    }
    return hits;
  }
}
