package io.batchprocessor.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServiceTest {

  private Served served = Served.withToken();

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }

  @AfterEach
  void close() {
    served.close();
  }

  private void restart(Served other) {
    served.close();
    served = other;
  }

  @Test
  void a_processor_that_runs_is_alive_and_ready() {
    assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(served.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(served.get("/readyz").body()).startsWith("in memory");
  }

  @Test
  void one_whose_broker_is_gone_is_alive_and_not_ready() {
    served.queues.close();

    assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(served.get("/readyz").statusCode()).isEqualTo(503);
  }

  @Test
  void one_that_drains_is_alive_and_not_ready_and_one_that_is_closed_is_neither() throws Exception {
    served.gateway.hold();
    served.submit("reviews", 1);
    eventually().until(() -> served.gateway.inFlight() == 1);
    Thread closing = new Thread(() -> served.processor.close(Duration.ofMinutes(5)));
    closing.start();

    eventually().until(() -> served.get("/readyz").body().contains("DRAINING"));
    assertThat(served.get("/readyz").statusCode()).isEqualTo(503);
    assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
    served.gateway.release();
    closing.join();

    assertThat(served.get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void metrics_are_those_of_the_processor() {
    served.submit("reviews", 3);
    eventually().until(() -> served.processor.stats().succeeded() == 3);

    assertThat(served.get("/metrics").body())
        .contains("processor=\"served\"")
        .contains("jvm_memory_used_bytes");
    assertThat(served.get("/metrics").headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
  }

  @Test
  void stats_are_the_numbers_of_the_processor() {
    served.gateway.hold();
    served.submit("reviews", 10);
    eventually().until(() -> served.stats().path("inFlight").asInt() == 4);

    JsonNode stats = served.stats();

    assertThat(stats.path("name").asText()).isEqualTo("served");
    assertThat(stats.path("state").asText()).isEqualTo("RUNNING");
    assertThat(stats.path("pools").path(0).path("limit").asInt()).isEqualTo(4);
    assertThat(stats.path("pools").path(0).path("queues").toString())
        .isEqualTo("[\"reviews\",\"essays\"]");
    // Four in flight, and a buffer of four that is filled when half of it is empty.
    eventually().until(() -> served.stats().path("queues").path(0).path("leased").asInt() >= 7);
    JsonNode reviews = served.stats().path("queues").path(0);
    assertThat(reviews.path("leased").asInt() + reviews.path("waiting").asInt()).isEqualTo(10);
    served.gateway.release();
    eventually().until(() -> served.stats().path("deadlineMargin").path("inTime").asInt() == 10);
    assertThat(served.stats().path("succeeded").asInt()).isEqualTo(10);
    assertThat(served.stats().path("deadlineMargin").path("leastSeconds").asDouble())
        .isBetween(3000.0, 3600.0);
  }

  @Test
  void history_has_a_row_for_each_snapshot() {
    eventually().until(() -> history().path("samples").size() >= 2);

    assertThat(history().path("columns").size()).isEqualTo(History.COLUMNS.size());
    assertThat(history().path("samples").path(0).size()).isEqualTo(History.COLUMNS.size());
  }

  private JsonNode history() {
    return Served.json(served.get("/api/history").body());
  }

  @Test
  void events_are_snapshots_one_after_the_other() throws IOException {
    try (Stream stream = new Stream("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");
      String first = stream.lineThatStartsWith("data: ");
      String second = stream.lineThatStartsWith("data: ");

      long sequence = Served.json(first.substring(6)).path("sequence").asLong();
      assertThat(Served.json(second.substring(6)).path("sequence").asLong())
          .isGreaterThan(sequence);
    }
  }

  @Test
  void no_more_streams_than_are_allowed_and_room_for_other_requests_meanwhile() throws IOException {
    List<Stream> streams = new ArrayList<>();
    try {
      for (int i = 0; i < EventStreams.MAX_READERS; i++) {
        Stream stream = new Stream("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        streams.add(stream);
        assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");
      }
      assertThat(served.get("/api/events").statusCode()).isEqualTo(503);
      assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
    } finally {
      for (Stream stream : streams) {
        stream.close();
      }
    }
  }

  @Test
  void clients_that_send_a_byte_or_read_nothing_hold_up_nobody_and_are_ended() throws Exception {
    String large = "x".repeat(1 << 20);
    CountDownLatch asked = new CountDownLatch(8);
    CountDownLatch answer = new CountDownLatch(1);
    List<Socket> slow = new ArrayList<>();
    List<Socket> deaf = new ArrayList<>();
    try (HttpService impatient =
        new HttpService(
            new HttpOptions("impatient", "127.0.0.1", 0, List.of(), Optional.empty(), false),
            served.processor,
            new Activity(),
            () -> {
              asked.countDown();
              pass(answer);
              return large;
            },
            Duration.ofMillis(100))) {
      for (int i = 0; i < 8; i++) {
        slow.add(sent(impatient, "G"));
        deaf.add(sent(impatient, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(64)));
      }
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

      assertThat(Served.status(impatient.port(), "/healthz")).isEqualTo(200);

      answer.countDown();
      eventually().until(() -> deaf.stream().allMatch(HttpServiceTest::isEnded));
      eventually().until(HttpServiceTest::nothingIsWritten);
    } finally {
      answer.countDown();
      slow.addAll(deaf);
      for (Socket client : slow) {
        client.close();
      }
    }
  }

  private static Socket sent(HttpService service, String request) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Told by the second write after the server's end, which the first one makes known. */
  private static boolean isEnded(Socket client) {
    try {
      client.getOutputStream().write('x');
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean nothingIsWritten() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .noneMatch(frame -> frame.getClassName().equals(Reply.class.getName()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/pause",
        "/api/resume",
        "/api/concurrency",
        "/api/cancel",
        "/api/dead-letters/retry",
        "/api/dead-letters/drop"
      })
  void nothing_is_changed_without_the_token_or_from_another_site(String path) {
    assertThat(served.get(path).statusCode()).isEqualTo(405);
    assertThat(served.post(path, "{}").statusCode()).isEqualTo(401);
    for (String wrong :
        List.of("Bearer ", "Bearer open-sesame!", "Bearer OPEN-SESAME", "open-sesame")) {
      assertThat(served.post(path, "{}", "Authorization", wrong).statusCode()).isEqualTo(401);
    }
    String trusted = "Bearer " + Served.TOKEN;
    assertThat(
            served
                .post(path, "{}", "Authorization", trusted, "Origin", "https://evil.example")
                .statusCode())
        .isEqualTo(403);
    assertThat(
            served
                .post(path, "{}", "Authorization", trusted, "Sec-Fetch-Site", "cross-site")
                .statusCode())
        .isEqualTo(403);
    assertThat(served.processor.isPaused()).isFalse();
  }

  @Test
  void without_a_token_nobody_may_change_anything() {
    restart(Served.withoutToken());

    assertThat(served.postTrusted("/api/pause", "{}").statusCode()).isEqualTo(403);
    assertThat(served.get("/api/dead-letters").statusCode()).isEqualTo(403);
    assertThat(served.stats().path("controls").asBoolean()).isFalse();
    assertThat(served.processor.isPaused()).isFalse();
  }

  @Test
  void pause_and_resume_do_so_and_the_next_numbers_show_it() {
    assertThat(served.postTrusted("/api/pause", "").body()).isEqualTo("{\"done\":true}");
    assertThat(served.processor.isPaused()).isTrue();
    assertThat(served.stats().path("paused").asBoolean()).isTrue();

    assertThat(
            served
                .post(
                    "/api/resume",
                    "{}",
                    "Authorization",
                    "Bearer " + Served.TOKEN,
                    "Origin",
                    served.url(""),
                    "Sec-Fetch-Site",
                    "same-origin")
                .statusCode())
        .isEqualTo(200);
    assertThat(served.processor.isPaused()).isFalse();
  }

  @Test
  void concurrency_changes_within_its_range() {
    assertThat(
            served
                .postTrusted("/api/concurrency", "{\"pool\":\"default\",\"concurrency\":2}")
                .statusCode())
        .isEqualTo(200);
    assertThat(served.stats().path("pools").path(0).path("limit").asInt()).isEqualTo(2);
    assertThat(
            served
                .postTrusted("/api/concurrency", "{\"pool\":\"default\",\"concurrency\":5}")
                .body())
        .contains("must be from 1 to 4");
    for (String wrong :
        List.of("{}", "[]", "no json", "{\"pool\":\"default\",\"concurrency\":1.5}")) {
      assertThat(served.postTrusted("/api/concurrency", wrong).statusCode()).isEqualTo(400);
    }
    assertThat(
            served.postTrusted("/api/cancel", "{\"id\":\"" + "x".repeat(5000) + "\"}").statusCode())
        .isEqualTo(413);
  }

  @Test
  void cancel_ends_a_request_that_is_in_flight() {
    served.gateway.hold();
    served.submit("reviews", 1);
    eventually().until(() -> served.gateway.inFlight() == 1);

    assertThat(served.postTrusted("/api/cancel", "{\"id\":\"reviews-0\"}").statusCode())
        .isEqualTo(200);

    eventually()
        .untilAsserted(
            () -> {
              JsonNode stats = served.stats();
              assertThat(stats.path("errors").path("CANCELLED").asInt()).isEqualTo(1);
              JsonNode cause = stats.path("causes").path(0);
              assertThat(cause.path("cause").asText()).isEqualTo("CANCELLED");
              assertThat(cause.path("lastId").asText()).isEqualTo("reviews-0");
            });
  }

  @Test
  void dead_letters_are_for_who_has_the_token_and_say_no_more_than_is_allowed() {
    served.submitUnreadable();
    eventually().until(() -> served.processor.stats().deadLettered() == 1);

    assertThat(served.get("/api/dead-letters").statusCode()).isEqualTo(401);
    String shown = trusted("/api/dead-letters");
    JsonNode letter = Served.json(shown).path("deadLetters").path(0);

    assertThat(letter.path("queue").asText()).isEqualTo("essays");
    assertThat(letter.path("bytes").asInt()).isPositive();
    assertThat(shown).doesNotContain(Served.PAYLOAD);
    assertThat(letter.has("body")).isFalse();
  }

  @Test
  void dead_letters_show_what_they_say_where_that_is_allowed_and_can_be_dropped() {
    restart(Served.showingPayloads());
    served.submitUnreadable();
    eventually().until(() -> served.processor.stats().deadLettered() == 1);
    JsonNode letter = Served.json(trusted("/api/dead-letters")).path("deadLetters").path(0);
    assertThat(letter.path("body").asText()).contains(Served.PAYLOAD);
    assertThat(letter.path("cut").asBoolean()).isFalse();
    assertThat(letter.path("reason").asText()).contains("payload");

    String key = "{\"key\":\"" + letter.path("key").asText() + "\"}";
    assertThat(served.postTrusted("/api/dead-letters/retry", key).body())
        .isEqualTo("{\"done\":true}");
    eventually().until(() -> served.processor.stats().deadLettered() == 2);
    eventually()
        .until(() -> Served.json(trusted("/api/dead-letters")).path("deadLetters").size() == 1);
    String again =
        Served.json(trusted("/api/dead-letters")).path("deadLetters").path(0).path("key").asText();
    assertThat(served.postTrusted("/api/dead-letters/drop", "{\"key\":\"" + again + "\"}").body())
        .isEqualTo("{\"done\":true}");
    assertThat(served.postTrusted("/api/dead-letters/drop", key).body())
        .isEqualTo("{\"done\":false}");
    assertThat(trusted("/api/dead-letters")).isEqualTo("{\"deadLetters\":[]}");
  }

  @Test
  void of_large_dead_letters_the_list_has_the_size_and_only_as_much_as_is_shown() {
    int length = served.submitLarge(200_000);
    eventually().until(() -> served.processor.stats().deadLettered() == 1);
    JsonNode hidden = Served.json(trusted("/api/dead-letters")).path("deadLetters").path(0);
    assertThat(hidden.path("bytes").asInt()).isEqualTo(length);
    assertThat(hidden.has("body")).isFalse();

    restart(Served.showingPayloads());
    served.submitLarge(200_000);
    eventually().until(() -> served.processor.stats().deadLettered() == 1);
    JsonNode shown = Served.json(trusted("/api/dead-letters")).path("deadLetters").path(0);

    assertThat(shown.path("bytes").asInt()).isEqualTo(length);
    assertThat(shown.path("body").asText()).startsWith("{\"payload\":").hasSize(64 * 1024);
    assertThat(shown.path("cut").asBoolean()).isTrue();
  }

  private String trusted(String path) {
    return served.get(path, "Authorization", "Bearer " + Served.TOKEN).body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/page.js",
        "/charts.js",
        "/page.css",
        "/icon.svg",
        "/api/stats",
        "/api/history",
        "/metrics",
        "/healthz",
        "/readyz",
        "/no-such-path",
        "/api/pause"
      })
  void every_answer_is_guarded_and_tells_no_secret_and_no_payload(String path) {
    served.submit("reviews", 2);
    served.submitUnreadable();
    eventually().until(() -> served.processor.stats().succeeded() == 2);

    var answer = served.get(path);

    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(answer.body()).doesNotContain(Served.TOKEN, Served.PAYLOAD);
  }

  @Test
  void the_page_asks_nobody_else_for_anything() {
    for (String path : List.of("/", "/page.js", "/charts.js", "/page.css")) {
      assertThat(served.get(path).body().replace("http://www.w3.org/2000/svg", ""))
          .doesNotContain("http://", "https://", "//cdn", "@import");
    }
    assertThat(served.get("/").body()).doesNotContain("<style", "style=", "onclick", "<script>");
  }

  @Test
  void a_name_that_was_made_to_point_here_is_refused() throws IOException {
    for (String host : List.of("evil.example", "evil.example:80", "", "127.0.0.1.evil.example")) {
      try (Stream stream = new Stream("GET /api/stats HTTP/1.1\r\nHost: " + host + "\r\n\r\n")) {
        assertThat(stream.line()).startsWith("HTTP/1.1 421");
      }
    }
    try (Stream stream = new Stream("GET /api/stats HTTP/1.1\r\nHost: LOCALHOST:1\r\n\r\n")) {
      assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void behind_a_proxy_the_buttons_work_whether_it_keeps_the_host_or_not() throws IOException {
    restart(Served.on("127.0.0.1", "batch.example"));
    for (String host : List.of("Batch.Example", "127.0.0.1:8080")) {
      assertThat(
              statusLine(
                  "POST /api/pause",
                  host,
                  "Origin: https://batch.example",
                  "Sec-Fetch-Site: same-origin"))
          .as(host)
          .isEqualTo("HTTP/1.1 200 OK");
    }
    assertThat(statusLine("POST /api/pause", "batch.example", "Origin: https://batch.example"))
        .as("a browser that tells no more")
        .isEqualTo("HTTP/1.1 200 OK");
    assertThat(statusLine("POST /api/pause", "batch.example", "Origin: https://evil.example"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void with_names_no_other_name_is_served_on_any_address_but_addresses_are() throws IOException {
    restart(Served.on("0.0.0.0", "batch.example"));
    for (String wrong : List.of("evil.example", "evil.example:80", "1.2.3.4.evil.example", "")) {
      assertThat(statusLine("GET /api/stats", wrong)).as(wrong).startsWith("HTTP/1.1 421");
    }
    for (String right : List.of("batch.example:8443", "10.1.2.3:8080", "[fd00::1]:8080")) {
      assertThat(statusLine("GET /healthz", right)).as(right).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  private String statusLine(String request, String host, String... headers) throws IOException {
    try (Stream stream =
        new Stream(
            request
                + " HTTP/1.1\r\nContent-Length: 0\r\nAuthorization: Bearer "
                + Served.TOKEN
                + "\r\nHost: "
                + host
                + "\r\n"
                + String.join("", Arrays.stream(headers).map(one -> one + "\r\n").toList())
                + "\r\n")) {
      return stream.line();
    }
  }

  @Test
  void close_ends_every_thread_and_stream_and_frees_the_port() throws Exception {
    int port = served.service.port();
    try (Stream stream = new Stream("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");

      served.service.close();

      eventually().until(HttpServiceTest::noThreadOfAService);
    }
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(IOException.class);
  }

  private static boolean noThreadOfAService() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().startsWith("service-"));
  }

  @Test
  void a_port_that_is_taken_is_told_with_what_to_do() {
    HttpOptions taken =
        new HttpOptions(
            "second", "127.0.0.1", served.service.port(), List.of(), Optional.empty(), false);

    assertThatThrownBy(
            () -> new HttpService(taken, served.processor, new Activity(), () -> "").close())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("http.port=" + served.service.port())
        .hasMessageContaining("is something else listening there?");
    assertThat(taken.toString()).doesNotContain("secret");
  }

  /** A connection that is read line by line, with headers as they are sent. */
  private final class Stream implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Stream(String request) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), served.service.port());
      socket.setSoTimeout(60_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      return in.readLine();
    }

    String lineThatStartsWith(String beginning) throws IOException {
      String line = in.readLine();
      while (!line.startsWith(beginning)) {
        line = in.readLine();
      }
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
