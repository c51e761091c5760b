package io.batchprocessor.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers at once, unless told to hold its answers back, and counts who asked what how often. */
public final class CountingGateway implements AutoCloseable {

  private static final byte[] ANSWER =
      "{\n  \"choices\": [{\"text\": \"as you say\"}]\n}".getBytes(StandardCharsets.UTF_8);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile int everyNthIsShed = Integer.MAX_VALUE;
  private volatile CountDownLatch open = new CountDownLatch(0);

  /** Listens on a free port of the loopback address. */
  public CountingGateway() {
    try {
      server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16_384);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** Where requests go. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/completions");
  }

  /** Sheds the first request of every nth id. */
  public CountingGateway shedEvery(int nth) {
    everyNthIsShed = nth;
    return this;
  }

  /** From now on nobody is answered, until {@link #release}. */
  public CountingGateway hold() {
    open = new CountDownLatch(1);
    return this;
  }

  /** Answers those who wait. */
  public void release() {
    open.countDown();
  }

  /** How often each id was asked, 429 or not. */
  public Map<String, AtomicInteger> asked() {
    return asked;
  }

  /** Requests that wait for their answer. */
  public int inFlight() {
    return inFlight.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String id = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      int count = asked.computeIfAbsent(id, unknown -> new AtomicInteger()).incrementAndGet();
      inFlight.incrementAndGet();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        inFlight.decrementAndGet();
      }
      if (count == 1 && asked.size() % everyNthIsShed == 0) {
        exchange.getResponseHeaders().set("Retry-After", "0");
        exchange.sendResponseHeaders(429, -1);
      } else {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, ANSWER.length);
        exchange.getResponseBody().write(ANSWER);
      }
    }
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
