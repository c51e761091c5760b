package io.batchprocessor.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A gateway over HTTP that sheds a part of what it is asked, answers the rest after a while, and
 * remembers what that was. It listens on the loopback address; safe to use from any thread.
 */
public final class SheddingGateway implements AutoCloseable {

  private final HttpServer server;
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
  private final int shedPercent;
  private final Duration latency;
  private final Map<String, Integer> askedById = new ConcurrentHashMap<>();
  private final List<String> events = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;

  /**
   * One that listens.
   *
   * @param shedPercent how many of a hundred requests get a 429 at once, from 0 to 100
   * @param latency how long the others wait for their answer
   */
  public SheddingGateway(int shedPercent, Duration latency) {
    this.shedPercent = shedPercent;
    this.latency = latency;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  /** Where requests go. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/completions";
  }

  /** How often each id was asked, the shed ones included. */
  public Map<String, Integer> askedById() {
    return askedById;
  }

  /** Each id twice: when it was asked, and when it was answered with 200. */
  public List<String> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  /** Answers nothing from here on, except that it sheds. */
  public void hold() {
    synchronized (held) {
      holding = true;
    }
  }

  /** How many answers are held. */
  public int held() {
    synchronized (held) {
      return held.size();
    }
  }

  /** Answers what it held, and goes on. */
  public void release() {
    List<Runnable> due;
    synchronized (held) {
      holding = false;
      due = List.copyOf(held);
      held.clear();
    }
    due.forEach(later::execute);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String id = String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
    exchange.getRequestBody().readAllBytes();
    askedById.merge(id, 1, Integer::sum);
    if (ThreadLocalRandom.current().nextInt(100) < shedPercent) {
      exchange.sendResponseHeaders(429, -1);
      exchange.close();
      return;
    }
    note(id);
    var unused =
        later.schedule(() -> ready(exchange, id), latency.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void ready(HttpExchange exchange, String id) {
    synchronized (held) {
      if (holding) {
        held.add(() -> answer(exchange, id));
        return;
      }
    }
    answer(exchange, id);
  }

  private void answer(HttpExchange exchange, String id) {
    byte[] body = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
    note(id);
    try (exchange) {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // Who asked was killed.
      Thread.onSpinWait();
    }
  }

  private void note(String id) {
    synchronized (events) {
      events.add(id);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    later.shutdownNow();
  }
}
