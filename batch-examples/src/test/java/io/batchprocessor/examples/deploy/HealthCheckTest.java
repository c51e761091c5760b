package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that the image is checked with. */
class HealthCheckTest {

  @ParameterizedTest
  @CsvSource({"/healthz, 200, 0", "/healthz, 503, 1", "/other, 200, 1"})
  void the_answer_decides(String path, int status, int exitCode)
      throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            boolean found = exchange.getRequestURI().getPath().equals(path);
            exchange.sendResponseHeaders(found ? status : 404, -1);
          }
        });
    server.start();
    try {
      assertThat(Deployment.healthCheck(server.getAddress().getPort())).isEqualTo(exitCode);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void where_nobody_listens_nothing_is_healthy() throws IOException, InterruptedException {
    // The port of echo, which nobody has offered for decades.
    assertThat(Deployment.healthCheck(7)).isEqualTo(1);
  }
}
