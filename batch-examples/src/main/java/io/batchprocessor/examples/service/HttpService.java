package io.batchprocessor.examples.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.batchprocessor.BatchProcessor;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Health;
import io.batchprocessor.spi.ProcessorState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what an operator and their tools want to know of one processor, over HTTP: health,
 * metrics, numbers, and a page that shows them and can pause, limit and cancel.
 *
 * <p>By the JDK's own server. A connection costs a thread at the most, and only while a request of
 * it arrives or is answered; both have a time limit, so that whoever sends or reads slowly holds up
 * nobody else. Who may do what is {@link Access}'s to say.
 */
public final class HttpService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
  private static final int THREADS = 4;
  private static final int MAX_CONNECTIONS = 200;

  /**
   * Twice: the thread of a request may not be gone yet when the next one of its connection comes.
   */
  private static final int MAX_THREADS = 2 * MAX_CONNECTIONS;

  private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);
  private static final int BACKLOG = 64;
  private static final long WARNING_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MAX_BODY = 4096;
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  static {
    // Read once by the JDK's server, so they are set before it is: whoever set them wins.
    setDefault("sun.net.httpserver.nodelay", "true");
    // Seconds that a request may take to arrive: a thread is not for whoever sends a byte a minute.
    setDefault("sun.net.httpserver.maxReqTime", "10");
    setDefault("jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS));
  }

  private final BatchProcessor processor;
  private final HttpServer server;
  private final ExecutorService threads;
  private final Thread samplerThread;
  private final Thread brokerThread;
  private final AtomicLong nextWarningNanos = new AtomicLong(System.nanoTime());
  private final StaticFiles files = new StaticFiles();
  private final Access access;
  private final Sampler sampler;
  private final WriteLimit writeLimit;
  private final EventStreams streams;
  private final Controls controls;
  private final Supplier<String> metrics;

  /**
   * Begins to serve.
   *
   * @param processor started
   * @param activity a listener of that processor
   * @param metrics what {@code /metrics} answers, in Prometheus' text format
   * @throws UncheckedIOException if the address can't be had
   */
  public HttpService(
      HttpOptions options, BatchProcessor processor, Activity activity, Supplier<String> metrics) {
    this(options, processor, activity, metrics, WRITE_LIMIT);
  }

  HttpService(
      HttpOptions options,
      BatchProcessor processor,
      Activity activity,
      Supplier<String> metrics,
      Duration writeLimit) {
    this.processor = processor;
    this.metrics = metrics;
    InetAddress host = options.address();
    this.access = new Access(options.token(), host, options.names());
    this.writeLimit = new WriteLimit(writeLimit);
    BrokerLook broker = new BrokerLook(processor);
    broker.look();
    this.sampler =
        new Sampler(
            processor,
            broker,
            new SnapshotJson(options.name(), activity, access.hasToken(), options.payloads()),
            this.writeLimit::sweep);
    sampler.take();
    this.controls = new Controls(processor, options.payloads());
    try {
      this.server = HttpServer.create(new InetSocketAddress(host, options.port()), BACKLOG);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "http.port=%d on %s can't be had: %s; is something else listening there?"
              .formatted(options.port(), options.host(), e.getMessage()),
          e);
    }
    this.threads =
        new ThreadPoolExecutor(
            THREADS, MAX_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("http"));
    this.streams = new EventStreams(sampler, this.writeLimit, daemons("events"));
    this.samplerThread = daemons("sampler").newThread(sampler);
    this.brokerThread = daemons("broker").newThread(broker);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    samplerThread.start();
    brokerThread.start();
    LOG.info(
        "status page at http://{}:{}/{}",
        options.host(),
        port(),
        access.hasToken() ? "" : "; without http.token it only shows");
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/api/events") && isAllowedToRead(exchange)) {
        streams.open(exchange);
      } else {
        send(reply(exchange, path), exchange);
      }
    } catch (RuntimeException e) {
      failed(exchange, e);
      send(Reply.error(500, "failed; the log says why"), exchange);
    }
  }

  private void send(Reply reply, HttpExchange exchange) throws IOException {
    writeLimit.during(() -> reply.send(exchange));
  }

  /** Whoever asks decides how often: one line in ten seconds at most. */
  private void failed(HttpExchange exchange, RuntimeException fault) {
    long now = System.nanoTime();
    long next = nextWarningNanos.get();
    if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + WARNING_NANOS)) {
      LOG.warn(
          "{} {} failed; more within ten seconds are not logged",
          exchange.getRequestMethod(),
          exchange.getRequestURI().getPath(),
          fault);
    }
  }

  private boolean isAllowedToRead(HttpExchange exchange) {
    return access.isForUs(exchange.getRequestHeaders()) && isRead(exchange);
  }

  private static boolean isRead(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    return method.equals("GET") || method.equals("HEAD");
  }

  private Reply reply(HttpExchange exchange, String path) throws IOException {
    if (!access.isForUs(exchange.getRequestHeaders())) {
      return Reply.error(421, "this server has no such name; http.names lists those that it has");
    }
    if (Controls.knows(path)) {
      return act(exchange, path);
    }
    if (!isRead(exchange)) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Reply.error(405, "only GET and HEAD here");
    }
    return switch (path) {
      case "/healthz" -> healthz();
      case "/readyz" -> readyz();
      case "/metrics" -> new Reply(200, METRICS_TYPE, Bytes.utf8(metrics.get()));
      case "/api/stats" -> Reply.json(200, sampler.latest().json().toUtf8());
      case "/api/history" -> Reply.json(sampler.history().toJson());
      case "/api/dead-letters" -> trusted(exchange, controls::deadLetters);
      default -> {
        Reply file = files.find(path);
        yield file == null ? Reply.error(404, "there is no " + path) : file;
      }
    };
  }

  private Reply act(HttpExchange exchange, String path) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      return Reply.error(405, "only POST here");
    }
    if (Access.isCrossSite(exchange.getRequestHeaders())) {
      return Reply.error(403, "another site may not do that");
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      return Reply.error(413, "the body is larger than " + MAX_BODY + " bytes");
    }
    return trusted(
        exchange,
        () -> {
          Reply reply = controls.act(path, new String(body, StandardCharsets.UTF_8));
          // So that the next look at the numbers shows what was done.
          sampler.take();
          return reply;
        });
  }

  private Reply trusted(HttpExchange exchange, Supplier<Reply> action) {
    if (!access.hasToken()) {
      return Reply.error(403, "http.token is not set, so nobody may do that");
    }
    if (!access.isTrusted(exchange.getRequestHeaders())) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return Reply.error(401, "the token is missing or wrong");
    }
    return action.get();
  }

  /** Alive: a process that drains is too, and must not be killed for it. */
  private Reply healthz() {
    return processor.state() == ProcessorState.CLOSED
        ? Reply.text(503, "closed")
        : Reply.text(200, "ok");
  }

  private Reply readyz() {
    Health health = processor.health();
    return Reply.text(health.healthy() ? 200 : 503, health.detail());
  }

  private static ThreadFactory daemons(String role) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "service-" + role + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Ends every connection and thread of its own. */
  @Override
  public void close() {
    samplerThread.interrupt();
    brokerThread.interrupt();
    streams.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
