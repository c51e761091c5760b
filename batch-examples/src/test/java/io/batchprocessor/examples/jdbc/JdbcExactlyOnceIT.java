package io.batchprocessor.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.examples.CountingGateway;
import io.batchprocessor.examples.ForkedMain;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main on {@code --message-queue-impl jdbc}, killed in the middle of its work. */
class JdbcExactlyOnceIT {

  private static final int REQUESTS = 400;
  private static final int CONCURRENCY = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;
  private PostgresServer server;
  private CountingGateway gateway;
  private MessageTable table;

  @BeforeEach
  void start() {
    server = new PostgresServer();
    gateway = new CountingGateway().shedEvery(5);
    table = MessageTable.create(server);
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.close();
  }

  @Test
  void a_processor_that_is_killed_with_requests_in_flight_leaves_one_result_for_each() {
    List<Bytes> requests = requests();
    try (ForkedMain first = serve()) {
      await().atMost(PATIENCE).until(() -> first.err().contains("serving"));
      table.submit("requests", requests.subList(0, REQUESTS / 2));
      await().atMost(PATIENCE).until(() -> table.count("#result") == REQUESTS / 2);
      gateway.hold();
      table.submit("requests", requests.subList(REQUESTS / 2, REQUESTS));
      await().atMost(PATIENCE).until(() -> gateway.inFlight() == CONCURRENCY);
      first.signal("KILL");
      assertThat(first.exitCode()).isEqualTo(128 + 9);
    }
    assertThat(table.count("#result")).isEqualTo(REQUESTS / 2);
    gateway.release();

    try (ForkedMain second = serve()) {
      await().atMost(PATIENCE).until(() -> table.count("#result") >= REQUESTS);
      second.signal("TERM");
      assertThat(second.exitCode()).isZero();
    }

    List<ResultMessage> results =
        table.takeResults(Duration.ZERO).stream().map(ResultMessage::parse).toList();
    assertThat(results).extracting(ResultMessage::id).containsExactlyInAnyOrderElementsOf(ids());
    assertThat(results).allMatch(result -> result.statusCode().orElse(0) == 200);
    assertThat(table.rows()).as("rows that are left").isZero();
    assertThat(gateway.asked().values())
        .as("requests that were asked again because their process was killed")
        .anyMatch(times -> times.get() > 1);
  }

  private ForkedMain serve() {
    return ForkedMain.start(
        directory,
        List.of("-Xmx128m"),
        Map.of("BATCH_JDBC_PASSWORD", PostgresServer.PASSWORD),
        "--message-queue-impl",
        "jdbc",
        "--jdbc.url",
        table.url(),
        "--jdbc.user",
        PostgresServer.USER,
        "--jdbc.lease",
        "2s",
        "--endpoint",
        gateway.endpoint().toString(),
        "--concurrency",
        String.valueOf(CONCURRENCY));
  }

  private static List<String> ids() {
    return IntStream.range(0, REQUESTS).mapToObj(i -> "r" + i).toList();
  }

  private static List<Bytes> requests() {
    Instant deadline = Instant.now().plus(Duration.ofHours(1));
    return ids().stream()
        .map(id -> RequestMessage.builder(id).deadline(deadline).payload("{}").build().toJson())
        .toList();
  }
}
