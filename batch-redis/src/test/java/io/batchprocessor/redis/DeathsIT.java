package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.testkit.ProcessorMain;
import io.batchprocessor.testkit.SheddingGateway;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A process dies at each call that moves messages, before it and after it; another one goes on. */
@Tag("soak")
class DeathsIT {

  private static final int REQUESTS = 60;
  private static final String LEASE = "1500ms";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final List<String> POINTS =
      List.of(
          "after:requests.receive",
          "before:transport.settle",
          "after:transport.settle",
          "before:retries.schedule",
          "after:retries.schedule",
          "after:retries.receive",
          "before:deadLetters.deadLetter",
          "after:deadLetters.deadLetter");

  private static RedisProcess redis;
  private static SheddingGateway gateway;
  private static final Map<String, Process> PROCESSES = new HashMap<>();

  static Stream<Arguments> deaths() {
    return Stream.of(new RedisStreamsProvider(), new RedisSortedSetProvider())
        .flatMap(provider -> POINTS.stream().map(point -> Arguments.of(provider, point)));
  }

  /** All at once, each in a database of its own: what takes time is to start them. */
  @BeforeAll
  static void begin() throws Exception {
    redis = RedisProcess.launch();
    gateway = new SheddingGateway(20, Duration.ofMillis(5));
    for (Arguments death : deaths().toList()) {
      QueueProvider provider = (QueueProvider) death.get()[0];
      String point = (String) death.get()[1];
      try (RedisTransport transport = open(provider, point)) {
        transport.submit(transport.requestQueues().get(0).name(), messages());
      }
      PROCESSES.put(
          provider.id() + point,
          ProcessorMain.fork(
              provider.id(),
              gateway.url(),
              "8",
              "die=" + point,
              "redis.url=" + url(point),
              "redis.lease=" + LEASE));
    }
  }

  @AfterAll
  static void stop() {
    PROCESSES.values().forEach(Process::destroyForcibly);
    gateway.close();
    redis.close();
  }

  @ParameterizedTest(name = "{1}, {0}")
  @MethodSource("deaths")
  void each_request_has_one_result_wherever_a_process_dies(QueueProvider provider, String point)
      throws Exception {
    Process dead = PROCESSES.get(provider.id() + point);
    assertThat(dead.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(dead.exitValue()).isEqualTo(ProcessorMain.DIED);

    List<String> ids = new ArrayList<>();
    try (RedisTransport transport = open(provider, point);
        BatchProcessor survivor =
            BatchProcessor.builder()
                .transport(transport)
                .endpoint(URI.create(gateway.url()))
                .concurrency(8)
                .backoff(context -> Duration.ofMillis(100))
                .build()) {
      survivor.start();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                transport.takeResults(100, Duration.ofMillis(100)).stream()
                    .map(Requests::id)
                    .forEach(ids::add);
                return ids.size() > REQUESTS && nothingIsLeft(transport);
              });
      assertThat(transport.takeResults(1, Duration.ZERO)).isEmpty();
      assertThat(transport.deadLetters(10, 0)).hasSize(1);
    }
    assertThat(ids).containsExactlyInAnyOrderElementsOf(expected());
  }

  private static RedisTransport open(QueueProvider provider, String point) {
    return Requests.open(provider, url(point), "redis.lease", LEASE);
  }

  private static String url(String point) {
    return redis.url() + "/" + POINTS.indexOf(point);
  }

  private static boolean nothingIsLeft(RedisTransport transport) {
    return transport.backlogs().stream()
        .allMatch(backlog -> backlog.waiting() == 0 && backlog.leased() == 0);
  }

  /** Among them one without a payload, whose result is an error, and one without an id. */
  private static List<Bytes> messages() {
    List<Bytes> all = new ArrayList<>();
    all.add(Bytes.utf8("{\"id\": \"faulty\"}"));
    all.add(Bytes.utf8("no request"));
    IntStream.range(0, REQUESTS).mapToObj(i -> Requests.request("r" + i)).forEach(all::add);
    return all;
  }

  private static List<String> expected() {
    return Stream.concat(Stream.of("faulty"), IntStream.range(0, REQUESTS).mapToObj(i -> "r" + i))
        .toList();
  }
}
