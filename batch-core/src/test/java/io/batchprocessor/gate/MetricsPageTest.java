package io.batchprocessor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsPageTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static MetricsPage page(URI url, Duration timeout) {
    return new MetricsPage(url, "text/plain", timeout, null);
  }

  @Test
  void a_page_is_read_whole() throws Exception {
    String text = "metric 1\n".repeat(50_000) + "é";
    try (MetricsServer server = new MetricsServer(text);
        MetricsPage page = page(server.url(), TIMEOUT)) {
      assertThat(page.get()).isEqualTo(text);
      server.page("");
      assertThat(page.get()).isEmpty();
    }
  }

  @Test
  void the_token_is_sent_as_it_is_now(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("token");
    try (MetricsServer server = new MetricsServer("");
        MetricsPage page = new MetricsPage(server.url(), "text/plain", TIMEOUT, file)) {
      assertThatThrownBy(page::get).isInstanceOf(IOException.class).hasMessageContaining("token");
      Files.writeString(file, "first\n");
      page.get();
      Files.writeString(file, "second");
      page.get();

      assertThat(server.authorizations()).containsExactly("Bearer first", "Bearer second");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sesame\nopen", "sésame", "\n", "sesame\u0000"})
  void a_token_that_is_no_headers_value_is_told_without_it(String token, @TempDir Path directory)
      throws Exception {
    Path file = Files.writeString(directory.resolve("token"), token);
    try (MetricsServer server = new MetricsServer("");
        MetricsPage page = new MetricsPage(server.url(), "text/plain", TIMEOUT, file)) {
      assertThatThrownBy(page::get)
          .isInstanceOf(IOException.class)
          .hasNoCause()
          .hasMessageContaining(file.toString())
          .hasMessageContaining("one line of printable ASCII")
          .hasMessageNotContaining("sesame")
          .hasMessageNotContaining("sésame");
      assertThat(server.authorizations()).isEmpty();
    }
  }

  @Test
  void what_logs_say_of_it_has_no_query() {
    URI url = URI.create("http://vllm:8000/metrics?key=sesame");
    try (MetricsPage page = page(url, TIMEOUT)) {
      assertThat(page.source()).isEqualTo("http://vllm:8000/metrics");
    }
  }

  @Test
  void any_other_answer_is_told() {
    try (MetricsServer server = new MetricsServer("metric 1\n");
        MetricsPage page = page(server.url(), TIMEOUT)) {
      for (int status : new int[] {204, 301, 404, 503}) {
        server.status(status);
        server.page("");
        assertThatThrownBy(page::get)
            .isInstanceOf(IOException.class)
            .hasMessage("answered " + status);
      }
    }
  }

  @Test
  void nobody_there_is_told() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (MetricsPage page = page(URI.create("http://127.0.0.1:" + port + "/"), TIMEOUT)) {
      assertThatThrownBy(page::get).isInstanceOf(IOException.class).hasMessageContaining("refused");
    }
  }

  /** Sends the head of an answer, then what the test says, until the other side hangs up. */
  private static Thread serve(ServerSocket listener, String head, byte[] again) {
    Thread thread =
        new Thread(
            () -> {
              try (Socket socket = listener.accept();
                  OutputStream out = socket.getOutputStream()) {
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                while (again.length > 0) {
                  out.write(again);
                }
                while (socket.getInputStream().read() >= 0) {
                  // What is asked does not matter.
                }
              } catch (IOException e) {
                // The other side hung up.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void a_page_without_end_is_given_up() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = serve(listener, "HTTP/1.1 200 OK\r\n\r\n", new byte[1 << 20]);
      try (MetricsPage page =
          page(
              URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"),
              Duration.ofSeconds(60))) {
        assertThatThrownBy(page::get)
            .isInstanceOf(IOException.class)
            .hasMessage("larger than " + MetricsPage.MAX_BYTES + " bytes");
        server.join();
      }
    }
  }

  @Test
  void a_server_that_hangs_is_given_up() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      serve(listener, "HTTP/1.1 200 OK\r\n\r\nmetric", new byte[0]);
      try (MetricsPage page =
          page(
              URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"),
              Duration.ofMillis(200))) {
        assertThatThrownBy(page::get)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("timed out");
      }
    }
  }

  @Test
  void close_ends_a_reading() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      serve(listener, "HTTP/1.1 200 OK\r\n\r\nmetric", new byte[0]);
      MetricsPage page =
          page(
              URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"), Duration.ofHours(1));
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<String> reading =
          CompletableFuture.supplyAsync(
              () -> {
                begun.countDown();
                try {
                  return page.get();
                } catch (IOException e) {
                  return "ended";
                }
              });
      begun.await();
      while (!reading.isDone()) {
        page.close();
        Thread.onSpinWait();
      }
      assertThat(reading.join()).isEqualTo("ended");
    }
  }
}
