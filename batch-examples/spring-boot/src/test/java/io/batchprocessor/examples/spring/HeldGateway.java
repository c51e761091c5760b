package io.batchprocessor.examples.spring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A gateway that answers at once, unless it is told to hold its answers back. */
final class HeldGateway implements AutoCloseable {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile CountDownLatch open = new CountDownLatch(0);
  private volatile CountDownLatch asked = new CountDownLatch(1);

  HeldGateway() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/completions";
  }

  /** Nobody is answered until {@link #release}. */
  void hold() {
    asked = new CountDownLatch(1);
    open = new CountDownLatch(1);
  }

  /** Waits for a request since {@link #hold}. */
  void awaitRequest() throws InterruptedException {
    asked.await();
  }

  void release() {
    open.countDown();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] request = exchange.getRequestBody().readAllBytes();
      asked.countDown();
      open.await();
      byte[] answer =
          "{\"echo\":%s}"
              .formatted(new String(request, StandardCharsets.UTF_8))
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
