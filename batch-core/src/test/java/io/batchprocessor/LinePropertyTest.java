package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every order, whatever happens in whichever sequence. */
class LinePropertyTest {

  private static final Instant DEADLINE = Instant.parse("2100-01-01T00:00:00Z");

  private final ManualTicker ticker = new ManualTicker();

  private QueueBuffer buffer(QueueOrder order) {
    return Samples.buffer(QueueConfig.of("requests").withOrder(order.withWindow(64)), ticker);
  }

  private static HeldRequest request(QueueBuffer buffer, int id, Random random) {
    return request(
        buffer,
        "r" + id,
        "t" + random.nextInt(4),
        random.nextInt(8) == 0 ? 40_000 : random.nextInt(3_000),
        DEADLINE.plusSeconds(random.nextInt(180)));
  }

  private static HeldRequest request(
      QueueBuffer buffer, String id, String tenant, int tokens, Instant deadline) {
    return Samples.held(
        Samples.builder(id, deadline)
            .metadata("tenant", tenant)
            .payload("{\"prompt\":\"p%d\",\"max_tokens\":%d}".formatted(tokens % 5, tokens))
            .build(),
        1,
        buffer);
  }

  @Provide
  Arbitrary<QueueOrder> orders() {
    QueueOrder none = QueueOrder.BY_ARRIVAL;
    return Arbitraries.of(
        none, none.fairBy("tenant"), none.byPrefix(2), none.fairBy("tenant").byPrefix(2));
  }

  @Property(tries = 200)
  void each_request_leaves_exactly_once(
      @ForAll("orders") QueueOrder order,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int steps) {
    QueueBuffer buffer = buffer(order);
    Random random = new Random(seed);
    List<HeldRequest> added = new ArrayList<>();
    Map<HeldRequest, Integer> left = new HashMap<>();
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> {
          Lane lane = random.nextInt(3) == 0 ? buffer.retries() : buffer.fresh();
          if (lane.room() > 0) {
            HeldRequest request = request(buffer, added.size(), random);
            added.add(request);
            lane.add(request);
          }
        }
        case 4, 5 -> go(buffer.line(), left);
        case 6 -> {
          HeldRequest next = buffer.line().next();
          if (next != null) {
            long until = ticker.getAsLong() + random.nextInt(1_000);
            buffer.line().holdBack(next, until, random.nextBoolean());
          }
        }
        case 7 -> {
          ticker.pass(Duration.ofNanos(random.nextInt(500)));
          buffer.line().letGo(random.nextBoolean());
        }
        case 8 -> {
          if (!added.isEmpty()) {
            HeldRequest any = added.get(random.nextInt(added.size()));
            if (any.decideInBuffer()) {
              left.merge(any, 1, Integer::sum);
            }
          }
        }
        default -> {
          for (Line.Overstay overstay : buffer.line().overstays()) {
            if (overstay.request().decideInBuffer()) {
              left.merge(overstay.request(), 1, Integer::sum);
            }
          }
        }
      }
      assertThat(buffer.size()).isGreaterThanOrEqualTo(added.size() - left.size());
    }
    ticker.pass(Duration.ofSeconds(1));
    do {
      buffer.line().letGo(true);
    } while (go(buffer.line(), left));

    assertThat(left.keySet()).containsExactlyInAnyOrderElementsOf(added);
    assertThat(left.values()).allMatch(times -> times == 1);
    assertThat(buffer.size()).isZero();
    assertThat(buffer.fresh().room()).isEqualTo(64);
    assertThat(buffer.retries().room()).isEqualTo(64);
  }

  /** As the dispatcher does it: a request that is sent is not in the buffer any more. */
  private static boolean go(Line line, Map<HeldRequest, Integer> left) {
    HeldRequest next = line.next();
    if (next == null) {
      return false;
    }
    line.remove(next);
    if (next.decideInBuffer()) {
      left.merge(next, 1, Integer::sum);
    }
    return true;
  }

  /** Shreedhar and Varghese, 1996: 2 Max + Quantum, over any interval. */
  @Property(tries = 100)
  void two_tenants_with_a_backlog_get_the_same_within_the_bound(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int tenants) {
    Random random = new Random(seed);
    QueueBuffer buffer =
        Samples.buffer(
            QueueConfig.of("q").withOrder(QueueOrder.BY_ARRIVAL.fairBy("tenant")), ticker);
    int[] largest = new int[tenants];
    for (int i = 0; i < tenants; i++) {
      largest[i] = 1 + random.nextInt(random.nextBoolean() ? 1_000 : 40_000);
    }
    int[] waiting = new int[tenants];
    long max = 0;
    for (int i = 0; i < 900; i++) {
      int tenant = random.nextInt(tenants);
      waiting[tenant]++;
      HeldRequest request =
          request(buffer, "r" + i, "t" + tenant, random.nextInt(largest[tenant]), DEADLINE);
      buffer.fresh().add(request);
      max = Math.max(max, request.rank().cost());
    }
    long[] served = new long[tenants];
    long[][] least = new long[tenants][tenants];
    long[][] most = new long[tenants][tenants];
    boolean allHaveMore = true;
    while (allHaveMore) {
      HeldRequest next = buffer.line().next();
      buffer.line().remove(next);
      int tenant = Integer.parseInt(next.rank().tenant().substring(1));
      served[tenant] += next.rank().cost();
      allHaveMore = --waiting[tenant] > 0;
      for (int i = 0; i < tenants; i++) {
        for (int j = 0; j < tenants; j++) {
          least[i][j] = Math.min(least[i][j], served[i] - served[j]);
          most[i][j] = Math.max(most[i][j], served[i] - served[j]);
        }
      }
    }
    for (int i = 0; i < tenants; i++) {
      for (int j = 0; j < tenants; j++) {
        assertThat(most[i][j] - least[i][j]).isLessThanOrEqualTo(FairLine.QUANTUM + 2 * max);
      }
    }
  }
}
