package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import io.batchprocessor.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** The gate {@code redis-quota} as a limit of what is in flight, on a real Redis. */
class RedisQuotaIT {

  /** A thread that has a permit may be kept waiting, but hardly for that long. */
  private static final String LONG_LEASE = "4s";

  private final RedisProcess redis = RedisProcess.launch();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    redis.close();
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.add(0, closeable);
    return closeable;
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(GateRequests.PATIENCE).pollInterval(Duration.ofMillis(5));
  }

  private static String[] settings(String url, String... more) {
    List<String> all =
        new ArrayList<>(List.of("redis.url", url, "attribute", GateRequests.TENANT, "lease", "1s"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private DispatchGate gate(String... more) {
    return gateAt(redis.url(), more);
  }

  private DispatchGate gateAt(String url, String... more) {
    return opened(GateRequests.gate("redis-quota", 32, settings(url, more)));
  }

  private static void release(List<Permit> permits) {
    permits.forEach(permit -> permit.release(GateRequests.outcome()));
  }

  private static boolean isRefused(DispatchGate gate, String tenant) {
    return gate.tryAcquire(GateRequests.of(tenant)) instanceof Verdict.Release;
  }

  @Test
  void each_value_has_its_limit_over_all_replicas_and_none_holds_up_another() {
    DispatchGate a = gate("limit", "3", "limits", "big=5,none=0");
    DispatchGate b = gate("limit", "3", "limits", "big=5,none=0");

    List<Permit> first = GateRequests.await(a, GateRequests.of("t"), 2);
    GateRequests.await(b, GateRequests.of("t"), 1);
    assertThat(GateRequests.decided(b, GateRequests.of("t")))
        .isEqualTo(new Verdict.Release(Duration.ofSeconds(1)));
    assertThat(GateRequests.decided(a, GateRequests.of("t"))).isInstanceOf(Verdict.Release.class);

    GateRequests.await(a, GateRequests.of("big"), 5);
    assertThat(GateRequests.decided(b, GateRequests.of("big"))).isInstanceOf(Verdict.Release.class);
    GateRequests.await(b, GateRequests.anybody(), 3);
    assertThat(GateRequests.decided(b, GateRequests.anybody())).isInstanceOf(Verdict.Release.class);
    GateRequests.await(a, GateRequests.of("x".repeat(5_000)), 3);
    assertThat(a.tryAcquire(GateRequests.of("none"))).isInstanceOf(Verdict.Release.class);

    release(first);
    GateRequests.await(b, GateRequests.of("t"), 2);
  }

  @Test
  void what_is_over_its_quota_waits_goes_back_or_ends() {
    Map<String, Class<?>> verdicts =
        Map.of("release", Verdict.Release.class, "drop", Verdict.Drop.class);
    verdicts.forEach(
        (whenOver, verdict) -> {
          DispatchGate gate =
              gate("limit", "1", "key", whenOver, "when-over", whenOver, "release-delay", "7s");
          GateRequests.await(gate, GateRequests.of("t"));
          assertThat(GateRequests.decided(gate, GateRequests.of("t"))).isInstanceOf(verdict);
        });
    DispatchGate dropping = gate("limit", "0", "key", "d", "when-over", "drop");
    assertThat(dropping.tryAcquire(GateRequests.of("acme")))
        .isEqualTo(new Verdict.Drop("tenant 'acme' has used up its quota 'd': 0 in flight", 429));
    DispatchGate waiting = gate("limit", "1", "key", "w", "when-over", "wait");
    Permit held = GateRequests.await(waiting, GateRequests.of("t"));
    assertThat(waiting.tryAcquire(GateRequests.of("t")))
        .isEqualTo(Verdict.Wait.alone(Duration.ofMillis(50)));
    held.release(GateRequests.outcome());
    GateRequests.await(waiting, GateRequests.of("t"));
  }

  @Test
  void what_a_replica_does_not_use_another_has_long_before_a_lease_ends() {
    try (Jedis cli = redis.cli()) {
      // As one that has been running for long.
      cli.set("{batch:quota}:mark", "0");
    }
    DispatchGate a = gate("limit", "16", "lease", "1h");
    DispatchGate b = gate("limit", "16", "lease", "1h");
    release(GateRequests.await(a, GateRequests.of("t"), 16));
    GateRequests.await(b, GateRequests.of("t"), 16);
    await().until(() -> a.measurements().get("values") == 0);
  }

  @Test
  void a_replica_that_is_busy_makes_way_for_another() throws Exception {
    AtomicInteger inFlight = new AtomicInteger();
    QuotaHammer.Gateway gateway = counting(inFlight, new AtomicInteger());
    QuotaHammer first = hammer(gate("limit", "1"), gateway, "t");
    await().until(() -> first.served("t") > 20);
    List<QuotaHammer> others = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      others.add(hammer(gate("limit", "1"), gateway, "t"));
    }
    await().until(() -> others.stream().allMatch(each -> each.served("t") > 20));
    long before = first.served("t");
    await().until(() -> first.served("t") > before + 20);
  }

  private QuotaHammer hammer(DispatchGate gate, QuotaHammer.Gateway gateway, String... tenants) {
    opened.remove(gate);
    return opened(new QuotaHammer(gate, gateway, 8, tenants));
  }

  private static QuotaHammer.Gateway counting(AtomicInteger inFlight, AtomicInteger most) {
    return new QuotaHammer.Gateway() {
      @Override
      public void began(String tenant) {
        int now = inFlight.incrementAndGet();
        most.accumulateAndGet(now, Math::max);
      }

      @Override
      public void ended(String tenant) {
        inFlight.decrementAndGet();
      }
    };
  }

  /** What is in flight for each tenant, and what was wrong with it. */
  private static final class Watch implements QuotaHammer.Gateway {
    private final Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Integer> limits;
    private final Map<String, Integer> most = new ConcurrentHashMap<>();

    Watch(Map<String, Integer> limits) {
      this.limits = limits;
      limits.keySet().forEach(tenant -> inFlight.put(tenant, new AtomicInteger()));
    }

    @Override
    public void began(String tenant) {
      most.merge(tenant, inFlight.get(tenant).incrementAndGet(), Math::max);
    }

    @Override
    public void ended(String tenant) {
      inFlight.get(tenant).decrementAndGet();
    }

    void assertKept() {
      limits.forEach(
          (tenant, limit) ->
              assertThat(most.get(tenant)).as(tenant).isNotNull().isLessThanOrEqualTo(limit));
    }
  }

  @Test
  void never_more_than_the_limit_whatever_happens_to_redis_and_the_network() throws Exception {
    Map<String, Integer> limits = Map.of("one", 1, "three", 3, "ten", 10);
    String[] tenants = limits.keySet().toArray(String[]::new);
    Watch watch = new Watch(limits);
    try (TcpProxy network = new TcpProxy(redis.port())) {
      List<QuotaHammer> replicas = new ArrayList<>();
      List<DispatchGate> gates = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String url = i == 0 ? "redis://127.0.0.1:" + network.port() : redis.url();
        DispatchGate gate =
            GateRequests.gate(
                "redis-quota",
                32,
                settings(
                    url,
                    "limit",
                    "1",
                    "limits",
                    "three=3,ten=10",
                    "redis.timeout",
                    "500ms",
                    "lease",
                    LONG_LEASE));
        gates.add(gate);
        replicas.add(opened(new QuotaHammer(gate, watch, 15, tenants)));
      }
      DispatchGate cut = gates.get(0);
      awaitMore(replicas, 20);
      // One is cut off for longer than its lease, and comes back.
      network.cut();
      awaitMore(replicas.subList(1, 3), 40);
      await().until(() -> cut.measurements().get("spare") == 0);
      network.mend();
      awaitMore(replicas, 20);
      // Redis loses all that it knew while they hold something.
      redis.kill();
      redis.start();
      awaitMore(replicas, 20);
      // It freezes for longer than the leases.
      redis.freeze();
      await().until(() -> watch.inFlight.values().stream().allMatch(count -> count.get() == 0));
      redis.thaw();
      awaitMore(replicas, 20);
      for (QuotaHammer replica : replicas) {
        opened.remove(replica);
        replica.close();
      }
    }
    watch.assertKept();
    assertThat(watch.most).as("the limit was used").containsAllEntriesOf(limits);
    try (Jedis cli = redis.cli()) {
      await().until(() -> cli.keys("{batch:quota}:in-flight:*").isEmpty());
    }
  }

  private static void awaitMore(List<QuotaHammer> replicas, long more) {
    for (QuotaHammer replica : replicas) {
      for (String tenant : List.of("three", "ten")) {
        long before = replica.served(tenant);
        await().until(() -> replica.served(tenant) >= before + more);
      }
    }
  }

  @Test
  void never_more_than_the_limit_over_several_processes() throws Exception {
    for (int i = 0; i < 3; i++) {
      Process replica = fork("hammer", "acme", "limit", "4");
      opened(replica::destroyForcibly);
    }
    try (Jedis cli = redis.cli()) {
      await().until(() -> number(cli, QuotaMain.SERVED + "acme") > 500);
      assertThat(number(cli, QuotaMain.MOST + "acme")).isEqualTo(4);
      await().until(() -> cli.hlen("{batch:quota}:in-flight:acme") == 3);
    }
  }

  private Process fork(String what, String tenant, String... more) throws Exception {
    List<String> args = new ArrayList<>(List.of(what, String.valueOf(redis.port()), tenant));
    args.addAll(List.of(settings(redis.url(), more)));
    return QuotaMain.fork(args.toArray(String[]::new));
  }

  private static long number(Jedis cli, String key) {
    String value = cli.get(key);
    return value == null ? 0 : Long.parseLong(value);
  }

  @Test
  void the_share_of_a_killed_process_comes_back_when_its_lease_ends_and_not_before()
      throws Exception {
    String key = "{batch:quota}:in-flight:acme";
    Process holder = fork("hold", "acme", "limit", "3", "lease", "3s");
    opened(holder::destroyForcibly);
    try (Jedis cli = redis.cli()) {
      await().until(() -> number(cli, QuotaMain.IN_FLIGHT + "acme") == 3);
      DispatchGate other = gate("limit", "3", "lease", "3s");
      assertThat(GateRequests.decided(other, GateRequests.of("acme")))
          .isInstanceOf(Verdict.Release.class);

      holder.destroyForcibly().waitFor();
      long ends =
          cli.hvals(key).stream()
              .filter(entry -> entry.startsWith("3 "))
              .mapToLong(entry -> Long.parseLong(entry.substring(entry.lastIndexOf(' ') + 1)))
              .max()
              .orElseThrow();
      GateRequests.await(other, GateRequests.of("acme"), 3);

      List<String> time = cli.time();
      long now = Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
      assertThat(now).isGreaterThanOrEqualTo(ends);
      assertThat(isRefused(other, "acme")).isTrue();
    }
  }

  @Test
  void without_redis_there_is_the_fallback_until_it_is_there() {
    redis.kill();
    DispatchGate closed = gate("limit", "4");
    DispatchGate open = gate("limit", "4", "fallback", "2");
    await().until(() -> open.budget() == 1);
    List<Permit> held = GateRequests.await(open, GateRequests.of("t"), 2);
    assertThat(open.tryAcquire(GateRequests.of("t"))).isInstanceOf(Verdict.Wait.class);
    GateRequests.await(open, GateRequests.of("other"), 2);
    await().until(() -> closed.measurements().get("reading_failures") >= 2);
    assertThat(closed.budget()).isZero();
    assertThat(closed.measurements()).containsEntry("reading_missing", 1.0);
    assertThat(closed.tryAcquire(GateRequests.of("t"))).isInstanceOf(Verdict.Wait.class);

    redis.start();

    GateRequests.await(open, GateRequests.of("t"), 2);
    await().until(() -> closed.budget() == 1);
    assertThat(GateRequests.decided(closed, GateRequests.of("t")))
        .isInstanceOf(Verdict.Release.class);
    release(held);
    GateRequests.await(closed, GateRequests.of("t"), 2);
  }

  @Test
  void with_yield_what_lost_its_lease_is_wanted_back() {
    YieldingGate gate = (YieldingGate) gate("limit", "4", "yield", "true", "fallback", "1");
    List<Permit> held = GateRequests.await(gate, GateRequests.of("t"), 3);
    assertThat(gate.excess()).isZero();
    redis.kill();
    await().until(() -> gate.excess() == 2);
    assertThat(gate.budget()).isZero();
    assertThat(gate.tryAcquire(GateRequests.of("other"))).isInstanceOf(Verdict.Wait.class);
    release(held.subList(0, 2));
    assertThat(gate.excess()).isZero();
    redis.start();
    GateRequests.await(gate, GateRequests.of("t"), 3);
  }

  @Test
  void many_requests_cost_one_call() {
    DispatchGate gate = gate("limit", "32");
    List<Permit> warm = GateRequests.await(gate, GateRequests.of("t"), 32);
    release(warm);
    double before = gate.measurements().get("redis_calls");
    RequestView request = GateRequests.of("t");
    int went = 0;
    while (went < 100_000) {
      if (gate.tryAcquire(request) instanceof Verdict.Go go) {
        went++;
        go.permit().release(GateRequests.outcome());
      }
    }
    assertThat(gate.measurements().get("redis_calls") - before).isLessThan(1_000);
  }

  @Test
  void settings_are_checked_together_and_secrets_are_masked() {
    assertThatThrownBy(() -> gate("limit", "1", "burst", "3"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate.redis-quota.burst needs gate.redis-quota.per");
    assertThatThrownBy(() -> gate("limit", "1000", "per", "1s", "burst", "3"))
        .hasMessageContaining("at least 200 for a limit of 1000");
    assertThatThrownBy(() -> gate("limits", "a=1"))
        .hasMessageContaining("gate.redis-quota.limit is missing");
    assertThatThrownBy(() -> gate("limit", "1", "limits", "a:1"))
        .hasMessageContaining("value=limit");
    assertThatThrownBy(() -> gate("limit", "1", "cluster", "true"))
        .hasMessageContaining("gate.redis-quota.cluster needs gate.redis-quota.url");
    assertThatThrownBy(() -> gate("limit", "1", "url", "redis://user:hush@"))
        .hasMessageContaining("gate.redis-quota.url in the place of redis.url")
        .message()
        .doesNotContain("hush");
  }

  @Test
  void a_redis_of_its_own_gets_no_password_of_another() {
    try (RedisProcess other = RedisProcess.launch("--requirepass", "own")) {
      DispatchGate gate =
          gate(
              "limit",
              "1",
              "redis.password",
              "anothers",
              "url",
              "redis://:own@127.0.0.1:" + other.port());
      GateRequests.await(gate, GateRequests.of("t"));
    }
  }
}
