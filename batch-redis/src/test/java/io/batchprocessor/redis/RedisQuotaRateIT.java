package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gate {@code redis-quota} as a rate, on a real Redis. */
class RedisQuotaRateIT {

  private static RedisProcess redis;

  @BeforeAll
  static void startServer() {
    redis = RedisProcess.launch();
  }

  @AfterAll
  static void stopServer() {
    redis.close();
  }

  /** A request that went, at some time between the two. */
  private record Went(long after, long before) {}

  private static DispatchGate gate(String key, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "redis.url",
                redis.url(),
                "attribute",
                GateRequests.TENANT,
                "lease",
                "1s",
                "key",
                key));
    all.addAll(List.of(more));
    return GateRequests.gate("redis-quota", all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"200,1s,50", "5,1s,1", "20,1s,20", "2000,1s,400"})
  void in_no_window_do_more_begin_than_the_rate_and_the_burst(int limit, String per, int burst)
      throws Exception {
    Queue<Went> went = new ConcurrentLinkedQueue<>();
    List<Thread> replicas = new ArrayList<>();
    List<DispatchGate> gates = new ArrayList<>();
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    String key = "rate-" + limit;
    for (int i = 0; i < 3; i++) {
      DispatchGate gate =
          gate(key, "limit", "" + limit, "per", per, "burst", "" + burst, "when-over", "wait");
      gates.add(gate);
      Thread replica = new Thread(() -> hammer(gate, went, end, burst + 1), "replica-" + i);
      replica.start();
      replicas.add(replica);
    }
    for (Thread replica : replicas) {
      replica.join();
    }
    gates.forEach(DispatchGate::close);
    assertKept(List.copyOf(went), limit, burst);
  }

  private static void hammer(DispatchGate gate, Queue<Went> went, long end, int enough) {
    long now = System.nanoTime();
    while (now - end < 0 || went.size() < enough) {
      Verdict verdict = gate.tryAcquire(GateRequests.of("t"));
      long after = System.nanoTime();
      if (verdict instanceof Verdict.Go go) {
        went.add(new Went(now, after));
        go.permit().release(GateRequests.outcome());
      } else {
        LockSupport.parkNanos(500_000);
      }
      now = System.nanoTime();
    }
  }

  /** Every window, by what certainly began within it. */
  private static void assertKept(List<Went> went, double perSecond, int burst) {
    long[] after = went.stream().mapToLong(Went::after).sorted().toArray();
    long[] before = went.stream().mapToLong(Went::before).sorted().toArray();
    for (int i = 0; i < after.length; i++) {
      for (int j = i + burst; j < before.length; j++) {
        long window = before[j] - after[i];
        // The clocks of Redis and of this process are not the same.
        double allowed = perSecond * (double) window / 1e9 * 1.001 + burst;
        int began = j + 1 - i;
        if (began > allowed) {
          throw new AssertionError("%d began within %d µs".formatted(began, window / 1_000));
        }
      }
    }
  }

  @Test
  void what_was_not_sent_after_all_gives_its_token_back() {
    try (DispatchGate gate = gate("unused", "limit", "3", "per", "1h", "burst", "3")) {
      for (int i = 0; i < 20; i++) {
        GateRequests.await(gate, GateRequests.anybody()).returnUnused();
      }
      GateRequests.await(gate, GateRequests.anybody(), 3);
      assertThat(GateRequests.decided(gate, GateRequests.anybody()))
          .isInstanceOfSatisfying(
              Verdict.Release.class,
              release -> assertThat(release.delay()).isGreaterThan(Duration.ofMinutes(15)));
    }
  }

  @Test
  void tokens_that_a_replica_does_not_need_go_back() {
    try (DispatchGate first = gate("back", "limit", "100", "per", "1h", "burst", "100");
        DispatchGate second = gate("back", "limit", "100", "per", "1h", "burst", "100")) {
      List<Permit> taken = GateRequests.await(first, GateRequests.of("t"), 40);
      assertThat(taken).hasSize(40);
      Awaitility.await()
          .atMost(GateRequests.PATIENCE)
          .until(() -> first.measurements().get("spare") == 0);
      // At the rate alone the last of them would take hours.
      GateRequests.await(second, GateRequests.of("t"), 59);
    }
  }

  @Test
  void while_redis_is_gone_the_fallback_is_a_rate_too() {
    RedisProcess other = RedisProcess.launch();
    other.close();
    try (DispatchGate gate =
        gate(
            "gone",
            "limit",
            "100",
            "per",
            "1h",
            "burst",
            "5",
            "fallback",
            "10",
            "url",
            other.url())) {
      GateRequests.await(gate, GateRequests.of("t"), 5);
      assertThat(gate.tryAcquire(GateRequests.of("t"))).isInstanceOf(Verdict.Wait.class);
      GateRequests.await(gate, GateRequests.of("other"), 5);
    }
  }
}
