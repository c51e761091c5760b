package io.batchprocessor.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.testkit.TcpProxy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a table brings with it, beyond the rules of the kit. */
class JdbcTransportIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PAYLOAD = "nobody else's business";

  private static PostgresServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private MessageTable table;

  @BeforeAll
  static void startServer() {
    server = new PostgresServer();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void create() {
    table = MessageTable.create(server);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void processes_that_start_at_once_create_one_table() throws Exception {
    List<Callable<JdbcTransport>> opening = Collections.nCopies(6, () -> open("60s"));
    for (Future<JdbcTransport> transport : threads.invokeAll(opening)) {
      transport.get().close();
    }
    assertThat(table.rows()).isZero();
  }

  @Test
  void what_a_dead_process_held_comes_back_to_its_place() throws Exception {
    try (JdbcTransport transport = open("100ms")) {
      RequestQueue queue = transport.requestQueues().get(0);
      submit("r1");
      assertThat(queue.receive(1, PATIENCE)).hasSize(1);
      submit("r2");
      await().atMost(PATIENCE).until(() -> table.available() == 2);

      assertThat(queue.receive(1, PATIENCE).get(0).body().toUtf8()).contains("r1");
    }
  }

  @Test
  void settling_and_extending_the_same_rows_do_not_wait_for_each_other() throws Exception {
    try (JdbcTransport transport = open("60s")) {
      RequestQueue queue = transport.requestQueues().get(0);
      for (int round = 0; round < 10; round++) {
        submit(IntStream.range(0, 100).mapToObj(i -> "r" + i).toArray(String[]::new));
        List<Delivery> held = queue.receive(100, PATIENCE);
        List<Delivery> backwards = new ArrayList<>(held);
        Collections.reverse(backwards);
        Future<?> extending = threads.submit(() -> queue.extend(backwards));
        assertThat(transport.settle(answers(held))).isEmpty();
        extending.get();
      }
    }
  }

  @Test
  void a_failure_does_not_show_what_is_in_a_message() throws Exception {
    try (JdbcTransport transport = open("60s")) {
      submit("r1");
      List<Result> answers = answers(transport.requestQueues().get(0).receive(1, PATIENCE));
      table.refuseResults();

      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(() -> transport.settle(answers))
          .satisfies(
              e -> {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                assertThat(trace.toString())
                    .contains("no_results")
                    .doesNotContain(PAYLOAD)
                    .doesNotContain(
                        HexFormat.of().formatHex(PAYLOAD.getBytes(StandardCharsets.UTF_8)));
              });
    }
  }

  @Test
  void a_table_of_somebody_else_is_refused_and_no_connection_is_left() {
    table.createAnother();
    long before = poolThreads();

    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> open("60s"))
        .withMessageContaining("does not exist");

    await().atMost(PATIENCE).until(() -> poolThreads() <= before);
  }

  /** It would be frozen for ten minutes, as far as the driver is concerned. */
  @Test
  void health_of_a_database_that_has_frozen_is_told_all_the_same() throws Exception {
    try (TcpProxy network = new TcpProxy(server.port())) {
      String url = table.url().replace(":" + server.port(), ":" + network.port());
      JdbcTransport transport =
          (JdbcTransport) new JdbcQueueProvider().open(settings(url + "&socketTimeout=600", "60s"));
      assertThat(transport.health().healthy()).isTrue();

      network.slow(Duration.ofMinutes(10).toNanos());

      Future<Health> health = threads.submit(transport::health);
      assertThat(health.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).healthy()).isFalse();
      network.cut();
      transport.close();
    }
  }

  private static long poolThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("HikariPool"))
        .count();
  }

  @Test
  void a_url_of_another_database_is_refused_without_being_shown() {
    assertThatExceptionOfType(InvalidSettingsException.class)
        .isThrownBy(() -> settings("jdbc:h2:mem:?password=s3cret", "60s"))
        .withMessage("jdbc.url=***: must be jdbc:postgresql:...");
  }

  private void submit(String... ids) {
    table.submit(
        "requests",
        List.of(ids).stream()
            .map(
                id ->
                    Bytes.utf8(
                        "{\"id\":\"%s\",\"deadline\":4102444800,\"payload\":{}}".formatted(id)))
            .toList());
  }

  private static List<Result> answers(List<Delivery> held) {
    return held.stream()
        .map(
            delivery ->
                new Result(
                    delivery,
                    ResultMessage.builder("r")
                        .answer(200, Bytes.utf8('"' + PAYLOAD + '"'))
                        .build()))
        .toList();
  }

  private JdbcTransport open(String lease) {
    return (JdbcTransport) new JdbcQueueProvider().open(settings(table.url(), lease));
  }

  private static Settings settings(String url, String lease) {
    return Settings.of(
        new JdbcQueueProvider().settings(),
        Map.of(
            "jdbc.url",
            url,
            "jdbc.user",
            PostgresServer.USER,
            "jdbc.password",
            PostgresServer.PASSWORD,
            "jdbc.lease",
            lease));
  }
}
