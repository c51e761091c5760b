package io.batchprocessor.examples.traffic;

import io.batchprocessor.http.ApacheInferenceClientProvider;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends live requests to a simulated gateway over HTTP, each at its time, whatever became of those
 * before: an open loop, in which a slow gateway makes nobody send less. What fails with 5xx is sent
 * again at once, twice at most, as clients of the OpenAI API do by default.
 *
 * <p>Thread-safe; has one thread of its own, and its client's.
 */
public final class LiveTraffic implements AutoCloseable {

  private static final int MOST_IN_FLIGHT = 4_096;
  private static final int MOST_ANSWER_BYTES = 1 << 20;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int ATTEMPTS = 3;
  private static final Map<String, String> HEADERS =
      Map.of(
          "content-type", "application/json",
          "x-gateway-inference-objective", "critical");

  private final URI endpoint;
  private final List<LiveRequest> requests;
  private final InferenceClient client;
  private final Thread thread;
  private final ConcurrentLinkedQueue<LiveAnswer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final CountDownLatch over;
  private volatile long startNanos;
  private volatile boolean closed;

  /**
   * Traffic that waits to be {@linkplain #start started}.
   *
   * @param name begins the names of its threads
   * @param gateway scheme, host and port
   * @param requests in the order of their times
   */
  public LiveTraffic(String name, URI gateway, List<LiveRequest> requests) {
    this.endpoint = gateway.resolve("/v1/completions");
    this.requests = List.copyOf(requests);
    this.over = new CountDownLatch(requests.size());
    this.client =
        new ApacheInferenceClientProvider()
            .create(
                new InferenceClientContext(
                    MOST_IN_FLIGHT,
                    MOST_ANSWER_BYTES,
                    Duration.ofSeconds(10),
                    task -> daemon(task, name + "-client"),
                    Settings.none()));
    this.thread = daemon(this::sendAll, name);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread made = new Thread(task, name);
    made.setDaemon(true);
    return made;
  }

  /** Begins, with time 0 at that moment of {@link System#nanoTime}. Once. */
  public void start(long atNanoTime) {
    startNanos = atNanoTime;
    thread.start();
  }

  /** Requests that were sent and are not answered yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Requests that got no answer: shed, or failed at every attempt. */
  public int failed() {
    return failed.get();
  }

  /** The answers so far, in the order in which they came. */
  public List<LiveAnswer> answers() {
    return new ArrayList<>(answers);
  }

  /**
   * Waits until every request has its answer.
   *
   * @return false if some had none by then
   */
  public boolean await(Duration atMost) throws InterruptedException {
    return over.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void sendAll() {
    for (LiveRequest request : requests) {
      long due = startNanos + request.atNanos();
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        if (closed) {
          return;
        }
        LockSupport.parkNanos(this, left);
      }
      if (closed) {
        return;
      }
      inFlight.incrementAndGet();
      send(request, body(request), System.nanoTime(), 1);
    }
  }

  private void send(LiveRequest request, Bytes body, long sentNanos, int attempt) {
    var unused =
        client
            .send(new InferenceRequest(endpoint, HEADERS, body, TIMEOUT))
            .whenComplete(
                (response, failure) -> {
                  boolean again = response == null || response.statusCode() >= 500;
                  if (again && attempt < ATTEMPTS && !closed) {
                    send(request, body, System.nanoTime(), attempt + 1);
                  } else {
                    ended(request, sentNanos, response);
                  }
                });
  }

  private void ended(LiveRequest request, long sentNanos, @Nullable InferenceResponse response) {
    if (response != null && response.statusCode() == 200) {
      answers.add(
          new LiveAnswer(
              request,
              sentNanos - startNanos - request.atNanos(),
              nanos(response, "x-simulated-arrived-millis"),
              nanos(response, "x-simulated-ttft-millis"),
              nanos(response, "x-simulated-total-millis"),
              System.nanoTime() - sentNanos));
    } else {
      failed.incrementAndGet();
    }
    inFlight.decrementAndGet();
    over.countDown();
  }

  private static long nanos(InferenceResponse response, String header) {
    return (long) (Double.parseDouble(response.header(header).orElseThrow()) * 1e6);
  }

  /** The gateway takes four characters for a token. */
  private static Bytes body(LiveRequest request) {
    return Bytes.utf8(
        "{\"prompt\":\"%s\",\"max_tokens\":%d}"
            .formatted("word".repeat(request.promptTokens()), request.answerTokens()));
  }

  /** Sends nothing more, and breaks off what is in flight. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    client.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
