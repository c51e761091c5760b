package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.ConfigurationFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;

/** Both gates in processors that are configured by a file, as replicas in production are. */
class RedisGatesIT {

  private static final int EACH = 60;

  private final RedisProcess redis = RedisProcess.launch();
  private final TenantGateway gateway = new TenantGateway();
  private final List<BatchProcessor> replicas = new ArrayList<>();

  @TempDir Path directory;

  @AfterEach
  void stop() {
    replicas.forEach(BatchProcessor::close);
    gateway.close();
    redis.close();
  }

  /** Answers each request after some milliseconds or when it may, and knows whose are in flight. */
  private static final class TenantGateway implements AutoCloseable {
    private final HttpServer server;
    private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
    private final Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Integer> most = new ConcurrentHashMap<>();
    private final Map<String, Integer> answered = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> answering = new ConcurrentHashMap<>();

    TenantGateway() {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      server.createContext("/", this::handle);
      server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
      String tenant =
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
              .replaceFirst(".*\"user\":\"([^\"]*)\".*", "$1");
      AtomicInteger count = inFlight.computeIfAbsent(tenant, name -> new AtomicInteger());
      most.merge(tenant, count.incrementAndGet(), Math::max);
      var unused =
          answering
              .getOrDefault(tenant, CompletableFuture.completedFuture(null))
              .thenRun(() -> answerSoon(exchange, tenant, count));
    }

    private void answerSoon(HttpExchange exchange, String tenant, AtomicInteger count) {
      var unused = later.schedule(() -> answer(exchange, tenant, count), 10, TimeUnit.MILLISECONDS);
    }

    /** From now on a tenant has no answer before the future is completed. */
    CompletableFuture<Void> hold(String tenant) {
      return answering.computeIfAbsent(tenant, name -> new CompletableFuture<>());
    }

    private void answer(HttpExchange exchange, String tenant, AtomicInteger count) {
      count.decrementAndGet();
      answered.merge(tenant, 1, Integer::sum);
      byte[] body = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
      try (exchange) {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      } catch (IOException e) {
        // Who asked was closed.
        Thread.onSpinWait();
      }
    }

    int answered(String tenant) {
      return answered.getOrDefault(tenant, 0);
    }

    @Override
    public void close() {
      server.stop(0);
      later.shutdownNow();
    }
  }

  private void start(String gates) throws IOException {
    Path file = directory.resolve("replica-" + replicas.size() + ".json");
    Files.writeString(
        file,
        """
        {
          "endpoint": "http://127.0.0.1:%d/v1/completions",
          "message-queue-impl": "redis-streams",
          "redis": {"url": "%s"},
          "concurrency": 16,
          "drain-timeout": "0ms",
          %s
        }
        """
            .formatted(gateway.server.getAddress().getPort(), redis.url(), gates));
    BatchProcessor replica =
        BatchProcessor.builder().configure(ConfigurationFile.read(file)).build();
    replicas.add(replica);
    replica.start();
  }

  private void submit(String stream, String tenant, int from, int to) {
    try (Jedis cli = redis.cli()) {
      for (int i = from; i < to; i++) {
        String message =
            ("{\"id\":\"%s-%d\",\"deadline\":9999999999,\"metadata\":{\"tenant\":\"%s\"},"
                    + "\"payload\":{\"user\":\"%s\"}}")
                .formatted(tenant, i, tenant, tenant);
        cli.xadd(stream, StreamEntryID.NEW_ENTRY, Map.of("message", message));
      }
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20));
  }

  @Test
  void a_quota_holds_over_replicas_and_who_is_over_it_does_not_hold_up_others() throws Exception {
    for (int i = 0; i < 2; i++) {
      start(
          """
          "queues": [{"name": "work", "gate": {
            "type": "redis-quota", "attribute": "tenant", "limit": 8, "limits": {"greedy": 2},
            "lease": "1s", "release-delay": "100ms"}}]
          """);
    }
    CompletableFuture<Void> greedy = gateway.hold("greedy");
    submit("work", "greedy", 0, EACH);
    submit("work", "modest", 0, EACH);

    await().until(() -> gateway.answered("modest") == EACH);
    assertThat(gateway.answered("greedy")).as("of who came first").isZero();
    greedy.complete(null);
    await().until(() -> gateway.answered("greedy") == EACH);
    assertThat(gateway.most).containsEntry("greedy", 2);
    assertThat(gateway.most.get("modest")).isLessThanOrEqualTo(8);
    try (Jedis cli = redis.cli()) {
      await().until(() -> cli.xlen("batch-stream-result") == 2 * EACH);
    }
    assertThat(replicas).allMatch(replica -> replica.stats().failed() == 0);
  }

  @Test
  void an_operator_closes_one_queue_and_opens_it_again() throws Exception {
    try (Jedis cli = redis.cli()) {
      cli.set("budget:a", "0");
      start(
          """
          "queues": [
            {"name": "a", "gate": {"type": "redis-budget", "key": "budget:a", "every": "20ms"}},
            {"name": "b"}]
          """);
      submit("a", "a", 0, EACH);
      submit("b", "b", 0, EACH);
      await().until(() -> gateway.answered("b") == EACH);
      assertThat(gateway.answered("a")).isZero();
      cli.set("budget:a", "0.25");
      await().until(() -> gateway.answered("a") == EACH);
      assertThat(gateway.most.get("a")).isLessThanOrEqualTo(4);
    }
  }
}
