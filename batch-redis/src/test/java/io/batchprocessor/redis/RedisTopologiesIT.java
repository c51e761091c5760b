package io.batchprocessor.redis;

import static io.batchprocessor.redis.Requests.NOW;
import static io.batchprocessor.redis.Requests.answer;
import static io.batchprocessor.redis.Requests.one;
import static io.batchprocessor.redis.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.Verdict;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;

/** Cluster, Sentinel and TLS, each with real servers. */
class RedisTopologiesIT {

  private static final String[] ONE_SLOT = {
    "redis.request-queue-name", "{batch}:a,{batch}:b",
    "redis.retry-queue-name", "{batch}:retry",
    "redis.result-queue-name", "{batch}:result",
    "redis.dead-letter-queue-name", "{batch}:dead"
  };

  private final List<RedisProcess> servers = new ArrayList<>();

  static List<QueueProvider> durable() {
    return List.of(new RedisStreamsProvider(), new RedisSortedSetProvider());
  }

  @AfterEach
  void stop() {
    servers.forEach(RedisProcess::close);
  }

  private RedisProcess launch(String... options) {
    RedisProcess server = RedisProcess.launch(options);
    servers.add(server);
    return server;
  }

  private void workOnce(RedisTransport transport, String id) throws InterruptedException {
    RequestQueue queue = transport.requestQueues().get(0);
    transport.submit(queue.name(), List.of(request(id)));
    Delivery first = one(queue);
    assertThat(transport.retryQueue().schedule(List.of(new Retry(first, NOW, 2)))).isEmpty();
    Delivery second = one(transport.retryQueue());
    assertThat(second.queue()).isEqualTo(queue.name());
    assertThat(transport.settle(List.of(answer(second)))).isEmpty();
    assertThat(transport.takeResults(1, Requests.PATIENCE)).hasSize(1);
    assertThat(queue.receive(1, Duration.ofMillis(50))).isEmpty();
    assertThat(transport.backlogs()).allMatch(b -> b.waiting() == 0 && b.leased() == 0);
  }

  @ParameterizedTest
  @MethodSource("durable")
  void a_cluster_works_with_names_in_one_slot(QueueProvider provider) throws Exception {
    for (int i = 0; i < 3; i++) {
      launch("--cluster-enabled", "yes", "--cluster-node-timeout", "2000");
    }
    form(servers);
    List<String> settings = new ArrayList<>(List.of(ONE_SLOT));
    settings.addAll(List.of("redis.cluster", "true"));

    try (RedisTransport transport =
        Requests.open(provider, servers.get(0).url(), settings.toArray(String[]::new))) {
      workOnce(transport, "1");
      Delivery held;
      transport.submit("{batch}:b", List.of(request("2")));
      held = one(transport.requestQueues().get(1));
      transport.cancel("2");
      assertThat(transport.cancelled(java.util.Map.of(held, "2"))).hasSize(1);
      assertThat(transport.health().healthy()).isTrue();
    }
  }

  @Test
  void channels_work_on_a_cluster() throws Exception {
    for (int i = 0; i < 3; i++) {
      launch("--cluster-enabled", "yes", "--cluster-node-timeout", "2000");
    }
    form(servers);
    List<String> settings = new ArrayList<>(List.of(ONE_SLOT));
    settings.addAll(List.of("redis.cluster", "true"));
    try (RedisTransport transport =
            Requests.open(
                new RedisPubSubProvider(), servers.get(0).url(), settings.toArray(String[]::new));
        Jedis anyNode = servers.get(2).cli()) {
      Awaitility.await()
          .until(
              () -> {
                anyNode.publish("{batch}:a", request("1").toUtf8());
                return !transport
                    .requestQueues()
                    .get(0)
                    .receive(1, Duration.ofMillis(50))
                    .isEmpty();
              });
    }
  }

  @Test
  void gates_work_on_a_cluster() {
    for (int i = 0; i < 3; i++) {
      launch("--cluster-enabled", "yes", "--cluster-node-timeout", "2000");
    }
    form(servers);
    String[] where = {"url", servers.get(1).url(), "cluster", "true"};
    List<String> quota = new ArrayList<>(List.of(where));
    quota.addAll(List.of("attribute", GateRequests.TENANT, "limit", "2", "lease", "1s"));
    List<String> rate = new ArrayList<>(quota);
    rate.addAll(List.of("per", "1h"));
    List<String> key = new ArrayList<>(List.of(where));
    key.addAll(List.of("key", "a-budget", "every", "20ms"));
    try (RedisClusterClient cli = RedisClusterClient.create(servers.get(0).address())) {
      cli.set("a-budget", "0.5");
    }
    try (DispatchGate budget = GateRequests.gate("redis-budget", key.toArray(String[]::new));
        DispatchGate first = GateRequests.gate("redis-quota", quota.toArray(String[]::new));
        DispatchGate second = GateRequests.gate("redis-quota", rate.toArray(String[]::new))) {
      for (String tenant : List.of("a", "b", "c", "")) {
        GateRequests.await(first, GateRequests.of(tenant), 2);
        assertThat(GateRequests.decided(first, GateRequests.of(tenant)))
            .isInstanceOf(Verdict.Release.class);
        GateRequests.await(second, GateRequests.of(tenant));
      }
      Awaitility.await().until(() -> budget.budget() == 0.5);
    }
  }

  private static void form(List<RedisProcess> nodes) {
    int slots = 16_384;
    for (int i = 0; i < nodes.size(); i++) {
      try (Jedis cli = nodes.get(i).cli()) {
        cli.clusterAddSlots(
            IntStream.range(i * slots / nodes.size(), (i + 1) * slots / nodes.size()).toArray());
        cli.clusterMeet("127.0.0.1", nodes.get(0).port());
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                nodes.stream()
                    .allMatch(
                        node -> {
                          try (Jedis cli = node.cli()) {
                            return cli.clusterInfo().contains("cluster_state:ok")
                                && cli.clusterInfo().contains("cluster_known_nodes:3");
                          }
                        }));
  }

  @ParameterizedTest
  @MethodSource("durable")
  void a_failover_by_sentinel_is_survived_and_fences_who_was_in_flight(QueueProvider provider)
      throws Exception {
    RedisProcess master = launch();
    RedisProcess replica = launch("--replicaof", "127.0.0.1", String.valueOf(master.port()));
    RedisProcess sentinel =
        RedisProcess.launchSentinel(
            """
        sentinel monitor main 127.0.0.1 %d 1
        sentinel down-after-milliseconds main 500
        sentinel failover-timeout main 5000
        """
                .formatted(master.port()));
    servers.add(sentinel);
    try (Jedis cli = sentinel.cli()) {
      Awaitility.await().until(() -> !cli.sentinelReplicas("main").isEmpty());
    }
    try (RedisTransport transport =
        Requests.open(
            provider, sentinel.url(), "redis.sentinel-master", "main", "redis.timeout", "1s")) {
      workOnce(transport, "before");
      RequestQueue queue = transport.requestQueues().get(0);
      transport.submit(queue.name(), List.of(request("held"), request("waiting")));
      Delivery held = one(queue);
      try (Jedis cli = master.cli()) {
        cli.waitReplicas(1, 5_000);
      }
      master.kill();
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(RedisException.class)
          .until(() -> transport.settle(List.of(answer(held))).isEmpty());

      assertThat(transport.takeResults(5, Requests.PATIENCE)).hasSize(1);
      List<Delivery> next = new ArrayList<>();
      Awaitility.await()
          .ignoreExceptionsInstanceOf(RedisException.class)
          .until(() -> next.addAll(queue.receive(1, NOW)));
      assertThat(Requests.ids(next)).containsExactly("waiting");
      try (Jedis cli = replica.cli()) {
        assertThat(cli.info("replication")).contains("role:master");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("durable")
  void tls_works_with_a_truststore_and_is_refused_without(
      QueueProvider provider, @TempDir Path directory) throws Exception {
    Certificates certificates = Certificates.create(directory);
    int tlsPort = RedisProcess.freePort();
    launch(
        "--tls-port",
        String.valueOf(tlsPort),
        "--tls-cert-file",
        certificates.certificate().toString(),
        "--tls-key-file",
        certificates.key().toString(),
        "--tls-ca-cert-file",
        certificates.certificate().toString(),
        "--tls-auth-clients",
        "no");
    String url = "rediss://localhost:" + tlsPort;
    try (RedisTransport transport =
        Requests.open(
            provider,
            url,
            "redis.tls-truststore",
            certificates.truststore().toString(),
            "redis.tls-truststore-password",
            "changeit")) {
      workOnce(transport, "1");
    }
    assertThatThrownBy(() -> Requests.open(provider, url))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("TLS");
  }
}
