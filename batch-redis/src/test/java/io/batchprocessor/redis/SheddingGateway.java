package io.batchprocessor.redis;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A gateway over HTTP that takes its time and sheds a part of what it is asked. */
final class SheddingGateway implements AutoCloseable {

  private final HttpServer server;
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
  private final int shedPercent;
  private final int latencyMillis;
  private final AtomicLong answered = new AtomicLong();

  SheddingGateway(int shedPercent, int latencyMillis) {
    this.shedPercent = shedPercent;
    this.latencyMillis = latencyMillis;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/completions";
  }

  /** How many requests got an answer of 200. */
  long answered() {
    return answered.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (ThreadLocalRandom.current().nextInt(100) < shedPercent) {
      exchange.sendResponseHeaders(429, -1);
      exchange.close();
      return;
    }
    var unused =
        later.schedule(
            () -> {
              byte[] body = "{\"ok\":true}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
              try (exchange) {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                answered.incrementAndGet();
              } catch (IOException e) {
                // Who asked was killed.
                Thread.onSpinWait();
              }
            },
            latencyMillis,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    server.stop(0);
    later.shutdownNow();
  }
}
