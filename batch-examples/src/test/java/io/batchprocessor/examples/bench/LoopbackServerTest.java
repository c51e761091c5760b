package io.batchprocessor.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopbackServerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  @Test
  void real_clients_get_json_over_connections_that_stay_open() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(0, 2, Duration.ZERO)) {
      HttpClient client = HttpClient.newHttpClient();
      for (int i = 0; i < 20; i++) {
        HttpResponse<String> response =
            client.send(
                HttpRequest.newBuilder(server.uri())
                    .POST(BodyPublishers.ofString("x".repeat(i * 10_000)))
                    .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("{\"id\":").endsWith("}");
      }
      assertThat(server.requests()).isEqualTo(20);
    }
  }

  @Test
  void pipelined_requests_are_each_answered_even_to_a_client_that_reads_late() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(0, 1, Duration.ZERO);
        Socket socket = connect(server.port())) {
      int requests = 20_000;
      String stream = GET.repeat(requests - 1) + "GET / HTTP/1.0\r\n\r\n";
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  socket.getOutputStream().write(stream.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });

      String answers = readAll(socket.getInputStream());

      sent.get(30, TimeUnit.SECONDS);
      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(requests + 1);
      assertThat(server.requests()).isEqualTo(requests);
    }
  }

  @Test
  void answers_wait_for_the_delay_and_many_are_held_at_once() throws Exception {
    Duration delay = Duration.ofMillis(300);
    try (LoopbackServer server = LoopbackServer.start(0, 1, delay)) {
      List<Socket> sockets = new ArrayList<>();
      long began = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        Socket socket = connect(server.port());
        socket.setSoTimeout(30_000);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        sockets.add(socket);
      }
      for (Socket socket : sockets) {
        assertThat(readAll(socket.getInputStream())).startsWith("HTTP/1.1 200 OK");
        socket.close();
      }
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(delay.toNanos());
      assertThat(server.requests()).isEqualTo(500);
    }
  }

  @Test
  void what_is_not_understood_ends_its_connection_only() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(0, 1, Duration.ZERO);
        Socket bad = connect(server.port());
        Socket good = connect(server.port())) {
      bad.getOutputStream()
          .write(
              "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(readAll(bad.getInputStream())).isEmpty();

      good.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(readAll(good.getInputStream())).startsWith("HTTP/1.1 200 OK");
    }
  }

  @Test
  void closing_ends_its_threads() throws Exception {
    LoopbackServer server = LoopbackServer.start(0, 2, Duration.ZERO);
    int port = server.port();
    Socket idle = connect(server.port());

    server.close();

    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("loopback-")));
    idle.close();
    assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static String readAll(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
  }
}
