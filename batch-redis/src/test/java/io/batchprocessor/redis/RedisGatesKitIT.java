package io.batchprocessor.redis;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.YieldingGate;
import io.batchprocessor.testkit.DispatchGateContract;
import io.batchprocessor.testkit.ProviderContract;
import io.batchprocessor.testkit.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** The adapter kit on the gates that ask Redis. */
@ParameterizedClass
@MethodSource("gates")
class RedisGatesKitIT implements DispatchGateContract, ProviderContract {

  private static RedisProcess redis;

  private final Named named;
  private final TcpProxy network = new TcpProxy(redis.port());

  RedisGatesKitIT(Named named) {
    this.named = named;
  }

  /** A gate with its settings. */
  record Named(String id, List<String> settings) {}

  static List<Named> gates() {
    return List.of(
        new Named("redis-budget", List.of("every", "20ms")),
        new Named("redis-quota", List.of("attribute", "tenant", "limit", "5", "lease", "1s")),
        new Named(
            "redis-quota",
            List.of("attribute", "tenant", "limit", "5", "lease", "1s", "when-over", "wait")),
        new Named(
            "redis-quota",
            List.of("attribute", "tenant", "limit", "5", "lease", "1s", "yield", "true")),
        new Named(
            "redis-quota",
            List.of("attribute", "tenant", "limit", "20", "per", "1s", "lease", "1s")));
  }

  @BeforeAll
  static void startServer() {
    redis = RedisProcess.launch();
    try (Jedis cli = redis.cli()) {
      cli.set("batch:budget", "0.5");
    }
  }

  @AfterAll
  static void stopServer() {
    redis.close();
  }

  @Override
  public Provider provider() {
    return GateRequests.provider(named.id());
  }

  @Override
  public DispatchGate gate() {
    List<String> settings = new ArrayList<>(named.settings());
    settings.addAll(List.of("redis.url", "redis://127.0.0.1:" + network.port()));
    if (named.id().equals("redis-quota")) {
      settings.addAll(List.of("key", "quota-" + UUID.randomUUID()));
    }
    return GateRequests.gate(named.id(), settings.toArray(String[]::new));
  }

  /** By cutting it off from Redis for as long as its leases. */
  @Override
  public void provokeExcess(DispatchGate gate) {
    if (named.settings().contains("yield")) {
      network.cut();
      Awaitility.await().atMost(patience()).until(() -> ((YieldingGate) gate).excess() > 0);
    }
  }

  @AfterEach
  void closeNetwork() {
    network.close();
  }
}
