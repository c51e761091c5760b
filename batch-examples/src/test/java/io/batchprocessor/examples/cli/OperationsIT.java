package io.batchprocessor.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.examples.ForkedMain;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Producer;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

/** What operators do from a shell, over a real Redis and the main in a process of its own. */
class OperationsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PASSWORD = "planted-redis-password";
  private static final String TOKEN = "planted-http-token";
  private static final String AUTHORIZATION = "Bearer planted-authorization";
  private static final String PAYLOAD = "planted-payload-text";

  /** In the answers of {@link CountingGateway}. */
  private static final String ANSWER = "as you say";

  private static RedisServer redis;
  private static int redisPort;

  @TempDir private Path directory;
  private final CountingGateway gateway = new CountingGateway();
  private final Map<String, String> environment = new HashMap<>();

  /** How a command ended. */
  private record Ran(int code, String out, String err) {

    List<JsonNode> rows() {
      return out.lines().map(OperationsIT::json).toList();
    }
  }

  private static ConditionFactory eventually() {
    return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50));
  }

  @BeforeAll
  static void startRedis() throws IOException {
    redisPort = freePort();
    redis =
        RedisServer.builder()
            .port(redisPort)
            .setting("save \"\"")
            .setting("requirepass " + PASSWORD)
            .build();
    redis.start();
  }

  @AfterAll
  static void stopRedis() throws IOException {
    redis.stop();
  }

  @BeforeEach
  void freshQueues() {
    String name = "q" + Long.toHexString(System.nanoTime());
    environment.put("BATCH_REDIS_URL", "redis://127.0.0.1:" + redisPort);
    environment.put("BATCH_REDIS_PASSWORD", PASSWORD);
    environment.put("BATCH_REDIS_REQUEST_QUEUE_NAME", name);
    environment.put("BATCH_REDIS_RETRY_QUEUE_NAME", name + "-retry");
    environment.put("BATCH_REDIS_RESULT_QUEUE_NAME", name + "-result");
    environment.put("BATCH_REDIS_DEAD_LETTER_QUEUE_NAME", name + "-dead");
    environment.put("BATCH_MESSAGE_QUEUE_IMPL", "redis-streams");
  }

  @AfterEach
  void closeGateway() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis-streams", "redis-sortedset"})
  void submit_look_cancel_and_read_the_results(String transport) throws IOException {
    environment.put("BATCH_MESSAGE_QUEUE_IMPL", transport);
    Path file = directory.resolve("requests.jsonl");
    Files.writeString(file, request("r-1") + "\n\n" + request("r-2") + "\n{\"id\":\"r-3\"}\n");

    Ran submitted = run("submit", file.toString(), "--json");
    assertThat(submitted.code()).isEqualTo(1);
    assertThat(submitted.rows().get(0).path("line").asInt()).isEqualTo(4);
    assertThat(submitted.rows().get(1).path("submitted").asInt()).isEqualTo(2);

    Ran stats = run("queue", "stats", "--json");
    assertThat(stats.code()).isZero();
    assertThat(stats.rows().get(0).path("waiting").asInt()).isEqualTo(2);
    assertThat(stats.rows()).hasSize(2);
    assertThat(run("queue", "stats").out().lines().findFirst().orElseThrow())
        .matches("QUEUE +WAITING +LEASED +OLDESTSECONDS");

    Ran peek = run("queue", "peek", "--json");
    assertThat(peek.rows())
        .extracting(row -> row.path("id").asText())
        .containsExactly("r-1", "r-2");
    assertThat(peek.out()).doesNotContain(PAYLOAD);
    assertThat(run("queue", "peek", "--bodies", "--max", "1", "--json").out()).contains(PAYLOAD);

    assertThat(run("cancel", "r-2").code()).isZero();
    try (ForkedMain main = serve()) {
      List<JsonNode> results = new ArrayList<>();
      eventually()
          .until(
              () -> {
                results.addAll(run("results").rows());
                return results.size() == 2;
              });
      assertThat(results)
          .extracting(
              result -> result.path("id").asText() + " " + result.path("error_code").asText())
          .containsExactlyInAnyOrder("r-1 ", "r-2 CANCELLED");
      assertThat(main.isAlive()).isTrue();
    }
  }

  @Test
  void dead_letters_are_listed_tried_again_and_dropped() {
    submitRaw("no json", "{\"deadline\":\"1\"}");
    try (ForkedMain main = serve()) {
      eventually().until(() -> letters().size() == 2);
      String first = letters().get(0).path("key").asText();
      String second = letters().get(1).path("key").asText();
      assertThat(letters().get(0).path("reason").asText()).contains("not JSON");

      Ran retried = run("dead-letters", "retry", first, "--json");
      assertThat(retried.code()).isZero();
      assertThat(retried.rows().get(0).path("outcome").asText()).isEqualTo("retried");
      // It is no better than before: it comes back under another key.
      eventually()
          .until(
              () ->
                  letters().size() == 2
                      && letters().stream()
                          .noneMatch(one -> one.path("key").asText().equals(first)));

      assertThat(run("dead-letters", "drop", second).code()).isZero();
      Ran again = run("dead-letters", "drop", second);
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.out()).contains("not there");
      assertThat(run("dead-letters", "drop", "--all").code()).isZero();
      assertThat(letters()).isEmpty();
      assertThat(main.isAlive()).isTrue();
    }
  }

  @Test
  void results_are_written_byte_for_byte_whatever_the_character_set() throws Exception {
    environment.put("LC_ALL", "C");
    Bytes answer = Bytes.utf8("{\"text\":\n\"gr\u00fcn \u4f60\u597d\"}");
    List<Bytes> stored = storeResults(1, answer);

    try (ForkedMain main = ForkedMain.start(directory, List.of(), environment, "results")) {
      assertThat(main.exitCode()).isZero();
      assertThat(main.outBytes())
          .isEqualTo(
              (stored.get(0).toUtf8().replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void results_that_are_taken_and_cannot_be_written_are_few_and_told() throws Exception {
    storeResults(600, Bytes.utf8("{}"));
    OutputStream breaks =
        new OutputStream() {
          private int lines;

          @Override
          public void write(int each) throws IOException {
            lines += each == '\n' ? 1 : 0;
            if (lines > 20) {
              throw new IOException("Broken pipe");
            }
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int code =
        new BatchCommand(
                environment,
                new PrintStream(breaks, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run("results", "--follow");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("standard output is gone; up to 20 results were taken and not written");
    assertThat(run("results", "--max", "1000").rows()).hasSizeGreaterThanOrEqualTo(550);
  }

  /** Puts as many into the result queue as a processor would. */
  private List<Bytes> storeResults(int count, Bytes answer) throws InterruptedException {
    submitRaw(IntStream.range(0, count).mapToObj(i -> request("r-" + i)).toArray(String[]::new));
    try (Transport transport = openTransport()) {
      List<Result> results = new ArrayList<>();
      while (results.size() < count) {
        for (Delivery delivery :
            transport.requestQueues().get(0).receive(count - results.size(), PATIENCE)) {
          String id = RequestMessage.parse(delivery.body(), Integer.MAX_VALUE).id();
          results.add(new Result(delivery, ResultMessage.builder(id).answer(200, answer).build()));
        }
      }
      transport.resultQueue().publish(results);
      return results.stream().map(result -> result.message().toJson()).toList();
    }
  }

  private List<JsonNode> letters() {
    return run("dead-letters", "list", "--json").rows();
  }

  @Test
  void pause_and_resume_reach_the_processor_that_runs() throws IOException {
    int port = freePort();
    environment.put("BATCH_HTTP_PORT", Integer.toString(port));
    environment.put("BATCH_HTTP_TOKEN", TOKEN);
    Ran nobody = run("queue", "pause");
    assertThat(nobody.code()).isEqualTo(1);
    assertThat(nobody.err()).contains("no status page answers at http://127.0.0.1:" + port);
    try (ForkedMain main = serve()) {
      eventually().until(() -> run("queue", "pause").code() == 0);
      submitRaw(request("r-1"));
      eventually()
          .untilAsserted(
              () ->
                  assertThat(run("queue", "stats", "--json").rows().get(0).path("waiting").asInt())
                      .isEqualTo(1));
      assertThat(gateway.asked()).isEmpty();

      assertThat(run("queue", "resume").out()).contains("done by the processor at");

      eventually().until(() -> gateway.asked().containsKey("r-1"));
      environment.put("BATCH_HTTP_TOKEN", "guess");
      assertThat(run("queue", "pause").err()).contains("401").doesNotContain("guess");
      assertThat(main.isAlive()).isTrue();
    }
  }

  @Test
  void the_log_has_a_line_for_each_outcome_and_no_secret_and_no_payload() throws IOException {
    environment.put("BATCH_HTTP_PORT", "0");
    environment.put("BATCH_HTTP_TOKEN", TOKEN);
    environment.put("BATCH_AUTHORIZATION", AUTHORIZATION);
    environment.put("BATCH_LOG_FORMAT", "json");
    gateway.shedEvery(3);
    submitRaw(request("r-1"), request("r-2"), request("r-3"), "{\"payload\":\"" + PAYLOAD + "\"}");
    try (ForkedMain main =
        ForkedMain.start(
            directory,
            List.of("-Dbatch.log.level=TRACE"),
            environment,
            "--endpoint=" + gateway.endpoint(),
            "--backoff.base=10ms")) {
      eventually().until(() -> results(3));
      eventually().until(() -> main.err().contains("dead letter"));
      main.signal("TERM");
      assertThat(main.exitCode()).isZero();

      List<JsonNode> lines = main.err().lines().map(OperationsIT::json).toList();
      for (String id : List.of("r-1", "r-2", "r-3")) {
        assertThat(lines)
            .filteredOn(line -> line.path("formattedMessage").asText().startsWith(id + " of "))
            .filteredOn(line -> line.path("formattedMessage").asText().contains("answered (200)"))
            .singleElement()
            .satisfies(
                line -> {
                  assertThat(line.path("level").asText()).isEqualTo("DEBUG");
                  assertThat(line.path("mdc").path("batch.request.id").asText()).isEqualTo(id);
                });
      }
      assertThat(main.err() + main.out())
          .doesNotContain(PASSWORD, TOKEN, AUTHORIZATION, "planted", PAYLOAD, ANSWER);
    }
  }

  private int taken;

  private boolean results(int count) {
    taken += run("results").rows().size();
    return taken >= count;
  }

  @Test
  void a_transport_that_cannot_says_so_in_one_line_with_exit_code_2() {
    environment.put("BATCH_MESSAGE_QUEUE_IMPL", "without-abilities");
    for (List<String> command :
        List.of(
            List.of("queue", "stats"),
            List.of("queue", "peek"),
            List.of("dead-letters", "list"),
            List.of("cancel", "r-1"),
            List.of("submit", "-"),
            List.of("results"))) {
      Ran ran = run(command.toArray(String[]::new));
      assertThat(ran.code()).as("%s", command).isEqualTo(2);
      assertThat(ran.err().lines())
          .singleElement()
          .asString()
          .startsWith("batch-examples: this transport can't ");
      assertThat(ran.out()).isEmpty();
    }
  }

  @Test
  void a_command_that_is_none_or_lacks_something_is_told() {
    assertThat(run("queue", "burn").err()).contains("no command 'queue burn'; there are: queue");
    assertThat(run("queue", "burn").code()).isEqualTo(2);
    assertThat(run("cancel").err()).contains("cancel needs ID");
    assertThat(run("submit").err()).contains("submit needs FILE");
    assertThat(run("queue", "pause").err()).contains("needs http.port");
    environment.put("BATCH_MESSAGE_QUEUE_IMPL", "memory");
    assertThat(run("queue", "stats").err()).contains("name a broker with --message-queue-impl");
  }

  private ForkedMain serve() {
    return ForkedMain.start(directory, List.of(), environment, "--endpoint=" + gateway.endpoint());
  }

  private Ran run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        new BatchCommand(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run(arguments);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private void submitRaw(String... messages) {
    try (Transport transport = openTransport()) {
      ((Producer) transport)
          .submit(
              environment.get("BATCH_REDIS_REQUEST_QUEUE_NAME"),
              List.of(messages).stream().map(Bytes::utf8).toList());
    }
  }

  private Transport openTransport() {
    return BatchProcessor.builder()
        .setting("message-queue-impl", environment.get("BATCH_MESSAGE_QUEUE_IMPL"))
        .setting("redis.url", environment.get("BATCH_REDIS_URL"))
        .setting("redis.password", PASSWORD)
        .setting("redis.request-queue-name", environment.get("BATCH_REDIS_REQUEST_QUEUE_NAME"))
        .setting("redis.retry-queue-name", environment.get("BATCH_REDIS_RETRY_QUEUE_NAME"))
        .setting("redis.result-queue-name", environment.get("BATCH_REDIS_RESULT_QUEUE_NAME"))
        .setting(
            "redis.dead-letter-queue-name", environment.get("BATCH_REDIS_DEAD_LETTER_QUEUE_NAME"))
        .openTransport();
  }

  private static String request(String id) {
    return RequestMessage.builder(id)
        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
        .payload("{\"prompt\":\"" + PAYLOAD + "\"}")
        .build()
        .toJson()
        .toUtf8();
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
