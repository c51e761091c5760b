package io.batchprocessor.http;

import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sends with {@code java.net.http}.
 *
 * <p>Always HTTP/1.1: on plaintext the JDK's client would offer an upgrade to HTTP/2 with each
 * POST, and over TLS it fails requests beyond a server's limit of streams where it should queue
 * them. Two threads, because its default pool grows with the load, to hundreds.
 *
 * <p>Two things can't be set from here, only with system properties of the JVM. On one or two cores
 * before JDK 25 {@code sendAsync} starts a short-lived thread for each answer, which costs more
 * than all the rest; {@code java.util.concurrent.ForkJoinPool.common.parallelism=2} prevents that.
 * And each connection keeps a read buffer of 16 KiB; {@code jdk.httpclient.bufsize=2048} makes
 * thousands of connections fit into a small heap. The {@code apache} client needs neither.
 */
final class JdkClient implements InferenceClient {

  private static final int THREADS = 2;
  private static final long CLOSE_WITHIN_MILLIS = 2_000;

  private final InferenceClientContext context;
  private final InFlight inFlight = new InFlight();
  private final Slots slots;
  private final List<Thread> workers = new CopyOnWriteArrayList<>();
  private final ExecutorService executor;
  private final HttpClient http;

  JdkClient(InferenceClientContext context) {
    this.context = context;
    this.slots = new Slots(context.maxInFlight());
    this.executor = Executors.newFixedThreadPool(THREADS, this::worker);
    this.http =
        HttpClient.newBuilder()
            .executor(executor)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(context.connectTimeout())
            .build();
  }

  @Override
  public CompletableFuture<InferenceResponse> send(InferenceRequest request) {
    JdkExchange exchange;
    try {
      exchange = new JdkExchange(request, context, inFlight, http, slots);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (inFlight.add(exchange)) {
      slots.enter(exchange::start);
    }
    return exchange;
  }

  @Override
  public void close() {
    if (!inFlight.close()) {
      return;
    }
    try {
      HttpClientClosing.close(http);
      executor.shutdown();
      // A pool calls itself terminated while its last threads still run.
      for (Thread worker : workers) {
        worker.join(CLOSE_WITHIN_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      executor.shutdownNow();
    }
  }

  private Thread worker(Runnable work) {
    Thread worker = context.threads().newThread(work);
    workers.add(worker);
    return worker;
  }
}
