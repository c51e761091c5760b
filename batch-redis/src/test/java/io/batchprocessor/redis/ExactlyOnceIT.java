package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.testkit.ProcessorMain;
import io.batchprocessor.testkit.SheddingGateway;
import io.batchprocessor.testkit.TcpProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XPendingParams;

/**
 * Nothing lost, nothing twice: real processors in processes of their own, a Redis with an
 * append-only file and a gateway that sheds a fifth, and what happens to all of them.
 */
@Tag("soak")
class ExactlyOnceIT {

  private static final int REQUESTS = 5_000;
  private static final Duration LEASE = Duration.ofMillis(1_500);
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  private RedisProcess redis;
  private SheddingGateway gateway;
  private final List<Process> processors = new ArrayList<>();

  static List<QueueProvider> durable() {
    return List.of(new RedisStreamsProvider(), new RedisSortedSetProvider());
  }

  @BeforeEach
  void start() {
    redis = RedisProcess.withAppendOnlyFile();
    gateway = new SheddingGateway(20, Duration.ofMillis(20));
  }

  @AfterEach
  void stop() {
    processors.forEach(Process::destroyForcibly);
    gateway.close();
    redis.close();
  }

  @ParameterizedTest
  @MethodSource("durable")
  void processors_are_killed_and_redis_is_restarted(QueueProvider provider) throws Exception {
    submit(provider);
    for (int i = 0; i < 3; i++) {
      processors.add(fork(provider, redis.port(), 4));
    }
    long[] restartAt = {REQUESTS / 4, REQUESTS / 2};
    int kills = 0;
    int restarts = 0;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (stored(provider) < REQUESTS && System.nanoTime() < end) {
      long before = stored(provider);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> stored(provider) >= Math.min(REQUESTS, before + 600));
      processors.remove(0).destroyForcibly();
      kills++;
      if (restarts < restartAt.length && stored(provider) >= restartAt[restarts]) {
        redis.kill();
        redis.start();
        restarts++;
      }
      processors.add(fork(provider, redis.port(), 4));
    }
    assertThat(kills).isGreaterThan(3);
    assertThat(restarts).isEqualTo(2);
    assertEachOnce(provider);
  }

  @ParameterizedTest
  @MethodSource("durable")
  void the_network_is_cut_and_slowed(QueueProvider provider) throws Exception {
    submit(provider);
    try (TcpProxy first = new TcpProxy(redis.port());
        TcpProxy second = new TcpProxy(redis.port())) {
      processors.add(fork(provider, first.port(), 8));
      processors.add(fork(provider, second.port(), 8));
      int step = REQUESTS / 8;
      int at = 0;
      for (TcpProxy proxy : List.of(first, second, first, second)) {
        at += step;
        awaitStored(provider, at);
        proxy.cut();
        at += step / 2;
        awaitStored(provider, at);
        proxy.mend();
        proxy.slow(Duration.ofMillis(5).toNanos());
      }
      first.slow(0);
      second.slow(0);
      awaitStored(provider, REQUESTS);
    }
    assertEachOnce(provider);
  }

  @ParameterizedTest
  @MethodSource("durable")
  void a_processor_is_frozen_beyond_its_lease_and_thawed(QueueProvider provider) throws Exception {
    submit(provider);
    processors.add(fork(provider, redis.port(), 8));
    processors.add(fork(provider, redis.port(), 8));
    for (int i = 1; i <= 3; i++) {
      awaitStored(provider, 1_000L * i);
      Process frozen = processors.get(i % 2);
      signal(frozen, "STOP");
      long frozenAt = serverMillis();
      assertThat(leasesFromBefore(provider, frozenAt)).isPositive();
      // Until the other has taken over everything that the frozen one held.
      Awaitility.await().atMost(PATIENCE).until(() -> leasesFromBefore(provider, frozenAt) == 0);
      signal(frozen, "CONT");
    }
    awaitStored(provider, REQUESTS);
    assertEachOnce(provider);
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  private Process fork(QueueProvider provider, int port, int concurrency) throws IOException {
    return ProcessorMain.fork(
        provider.id(),
        gateway.url(),
        String.valueOf(concurrency),
        "redis.url=redis://127.0.0.1:" + port,
        "redis.timeout=2s",
        "redis.lease=" + LEASE.toMillis() + "ms");
  }

  private void submit(QueueProvider provider) {
    try (RedisTransport transport = Requests.open(provider, redis.url())) {
      List<Bytes> all =
          IntStream.range(0, REQUESTS).mapToObj(i -> Requests.request("r" + i)).toList();
      transport.submit(transport.requestQueues().get(0).name(), all);
    }
  }

  private static String resultQueue(QueueProvider provider) {
    return kind(provider).resultQueue();
  }

  private static Kind kind(QueueProvider provider) {
    return provider.id().equals(Kind.STREAMS.id()) ? Kind.STREAMS : Kind.SORTED_SET;
  }

  private long stored(QueueProvider provider) {
    try (Jedis cli = redis.cli()) {
      return kind(provider) == Kind.STREAMS
          ? cli.xlen(resultQueue(provider))
          : cli.llen(resultQueue(provider));
    }
  }

  private void awaitStored(QueueProvider provider, long count) {
    Awaitility.await().atMost(PATIENCE).until(() -> stored(provider) >= count);
  }

  private long leased(QueueProvider provider) {
    try (RedisTransport transport = Requests.open(provider, redis.url())) {
      return transport.backlogs().stream().mapToLong(backlog -> backlog.leased()).sum();
    }
  }

  private long serverMillis() {
    try (Jedis cli = redis.cli()) {
      List<String> time = cli.time();
      return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }
  }

  private long leasesFromBefore(QueueProvider provider, long millis) {
    try (Jedis cli = redis.cli()) {
      if (kind(provider) == Kind.STREAMS) {
        long age = serverMillis() - millis;
        return cli
            .xpending(
                Kind.STREAMS.requestQueue(), "batch-processor", new XPendingParams("-", "+", 1_000))
            .stream()
            .filter(entry -> entry.getIdleTime() >= age)
            .count();
      }
      return cli.zcount("{batch-queue}:lease", 0, (double) (millis + LEASE.toMillis()));
    }
  }

  private void assertEachOnce(QueueProvider provider) {
    // Whoever still holds something might store a second result.
    Awaitility.await().atMost(PATIENCE).until(() -> leased(provider) == 0);
    List<String> results;
    try (Jedis cli = redis.cli()) {
      results =
          kind(provider) == Kind.STREAMS
              ? cli.xrange(resultQueue(provider), (StreamEntryID) null, null).stream()
                  .map(entry -> entry.getFields().get("message"))
                  .toList()
              : cli.lrange(resultQueue(provider), 0, -1);
    }
    List<String> ids = results.stream().map(Bytes::utf8).map(Requests::id).sorted().toList();
    assertThat(ids)
        .isEqualTo(IntStream.range(0, REQUESTS).mapToObj(i -> "r" + i).sorted().toList());
    assertThat(results).allMatch(result -> result.contains("{\"ok\":true}"));
  }
}
