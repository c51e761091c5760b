package io.batchprocessor.examples.service;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events: each snapshot, as it is taken. A thread for each reader, so that a slow one
 * holds up nobody else, and few of them; one that does not read makes room.
 */
final class EventStreams implements AutoCloseable {

  /** Browsers open six connections to a host at the most: enough for a few operators. */
  static final int MAX_READERS = 32;

  /** With nothing to tell, a comment tells that the stream lives, and finds readers that left. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private final Sampler sampler;
  private final WriteLimit writeLimit;
  private final ThreadPoolExecutor threads;

  EventStreams(Sampler sampler, WriteLimit writeLimit, ThreadFactory factory) {
    this.sampler = sampler;
    this.writeLimit = writeLimit;
    this.threads =
        new ThreadPoolExecutor(
            0, MAX_READERS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** Answers with a stream that lasts until the reader leaves; refuses if there are too many. */
  void open(HttpExchange exchange) throws IOException {
    try {
      threads.execute(() -> stream(exchange));
    } catch (RejectedExecutionException e) {
      exchange.getResponseHeaders().set("Retry-After", "10");
      Reply refusal = Reply.error(503, "too many streams: " + MAX_READERS + " are open");
      writeLimit.during(() -> refusal.send(exchange));
    }
  }

  private void stream(HttpExchange exchange) {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      Reply.secure(headers);
      headers.set("Content-Type", "text/event-stream; charset=utf-8");
      // Proxies that gather answers before they pass them on would hold events back.
      headers.set("X-Accel-Buffering", "no");
      writeLimit.during(() -> exchange.sendResponseHeaders(200, 0));
      // Closed, it tells the reader that this was the end and no accident.
      try (OutputStream out = exchange.getResponseBody()) {
        write(out);
      }
    } catch (IOException e) {
      // The reader left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(OutputStream out) throws IOException, InterruptedException {
    long sequence = 0;
    while (true) {
      Sampler.Sample sample = sampler.await(sequence, SILENCE);
      boolean isNew = sample.sequence() > sequence;
      sequence = sample.sequence();
      writeLimit.during(
          () -> {
            if (isNew) {
              write(out, sample);
            } else {
              out.write(':');
            }
            out.write('\n');
            out.flush();
          });
    }
  }

  private static void write(OutputStream out, Sampler.Sample sample) throws IOException {
    String head = "id: " + sample.sequence() + "\nevent: stats\ndata: ";
    out.write(head.getBytes(StandardCharsets.UTF_8));
    sample.json().writeTo(out);
    out.write('\n');
  }

  /** Ends the streams; those that can't be told in a second end with their connections. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
