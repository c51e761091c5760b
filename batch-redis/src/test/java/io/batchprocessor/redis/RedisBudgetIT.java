package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;

/** The gate {@code redis-budget} on a real Redis. */
class RedisBudgetIT {

  private final RedisProcess redis = RedisProcess.launch();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger().setLevel(Level.INFO);
    logger().addAppender(log);
  }

  @AfterEach
  void stop() {
    logger().detachAppender(log);
    logger().setLevel(null);
    redis.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(Outage.class);
  }

  private DispatchGate gate(String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of("redis.url", redis.url(), "every", "20ms", "max-age", "200ms", "max", "10"));
    all.addAll(List.of(settings));
    return GateRequests.gate("redis-budget", all.toArray(String[]::new));
  }

  private void set(String value) {
    try (Jedis cli = redis.cli()) {
      cli.set("batch:budget", value);
    }
  }

  private static int permits(DispatchGate gate) {
    List<Permit> permits = new ArrayList<>();
    while (gate.tryAcquire(GateRequests.anybody()) instanceof Verdict.Go go) {
      permits.add(go.permit());
    }
    permits.forEach(permit -> permit.release(GateRequests.outcome()));
    return permits.size();
  }

  private static void awaitPermits(DispatchGate gate, int count) {
    Awaitility.await()
        .atMost(GateRequests.PATIENCE)
        .untilAsserted(() -> assertThat(permits(gate)).isEqualTo(count));
  }

  private List<String> logged(Level level) {
    return List.copyOf(log.list).stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void the_key_says_how_many_may_be_in_flight_rounded_down_and_0_closes() {
    set("0.47");
    try (DispatchGate gate = gate()) {
      awaitPermits(gate, 4);
      assertThat(gate.budget()).isEqualTo(0.47);
      set("1");
      awaitPermits(gate, 10);
      set("0.7");
      awaitPermits(gate, 7);
      set("0");
      awaitPermits(gate, 0);
      assertThat(gate.budget()).isZero();
      set("0.09");
      awaitPermits(gate, 0);
      assertThat(gate.budget()).isZero();
      set("0.1");
      awaitPermits(gate, 1);
    }
  }

  @Test
  void without_max_it_is_a_share_of_the_concurrency_and_what_is_in_flight_goes_on() {
    set("0.29");
    try (DispatchGate gate =
        GateRequests.gate("redis-budget", 100, "redis.url", redis.url(), "every", "20ms")) {
      awaitPermits(gate, 29);
      List<Permit> held = GateRequests.await(gate, GateRequests.anybody(), 20);
      set("0.1");
      awaitPermits(gate, 0);
      held.subList(0, 15).forEach(permit -> permit.release(GateRequests.outcome()));
      awaitPermits(gate, 5);
    }
  }

  @Test
  void a_key_that_is_missing_or_no_budget_leaves_the_fallback_and_one_warning() {
    try (DispatchGate gate = gate("fallback", "0.2")) {
      awaitPermits(gate, 2);
      assertThat(gate.measurements())
          .containsEntry("reading_missing", 1.0)
          .containsEntry("limit", 2.0);
      awaitFailures(gate, 5);
      assertThat(logged(Level.WARN))
          .singleElement()
          .asString()
          .contains("'batch:budget'", "SET batch:budget 0.5", "fallback 0.2");
      set("0.4");
      awaitPermits(gate, 4);
      Awaitility.await().untilAsserted(() -> assertThat(logged(Level.INFO)).hasSize(1));
      set("a lot");
      awaitPermits(gate, 2);
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(logged(Level.WARN)).last().asString().contains("'a lot'"));
      set("1.5");
      awaitFailures(gate, 10);
      assertThat(permits(gate)).isEqualTo(2);
    }
  }

  private static void awaitFailures(DispatchGate gate, int more) {
    double before = gate.measurements().get("reading_failures");
    Awaitility.await()
        .atMost(GateRequests.PATIENCE)
        .until(() -> gate.measurements().get("reading_failures") >= before + more);
  }

  @Test
  void a_redis_that_is_gone_closes_it_and_it_opens_by_itself_when_it_is_back() {
    set("0.5");
    try (DispatchGate gate = gate()) {
      awaitPermits(gate, 5);
      redis.kill();
      awaitPermits(gate, 0);
      assertThat(gate.budget()).isZero();
      awaitFailures(gate, 5);
      assertThat(logged(Level.WARN)).hasSizeBetween(1, 2);
      redis.start();
      set("0.3");
      awaitPermits(gate, 3);
      assertThat(gate.measurements()).containsEntry("reading_missing", 0.0);
    }
  }

  @Test
  void a_redis_that_freezes_counts_as_gone() {
    set("0.5");
    try (DispatchGate gate = gate("redis.timeout", "300ms")) {
      awaitPermits(gate, 5);
      redis.freeze();
      awaitPermits(gate, 0);
      redis.thaw();
      awaitPermits(gate, 5);
    }
  }

  @Test
  void readings_must_count_until_the_next() {
    assertThatThrownBy(() -> gate("every", "1s"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("gate.redis-budget.max-age=200 ms");
  }
}
