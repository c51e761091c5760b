package io.batchprocessor;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.Permit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Attempts in flight: begins them, and decides what follows from how they end. A permit taken
 * before comes back exactly once, whatever user code does.
 */
final class Attempts {

  private static final long AFTER_BUG_NANOS = Duration.ofSeconds(10).toNanos();

  private final InferenceClient client;
  private final RetryPlanner planner;
  private final Consumer<Outcome> settle;
  private Runnable permitReturned = () -> {};
  private final GuardedListeners listeners;
  private final Counters counters;
  private final long requestTimeoutMillis;
  private final InstantSource clock;
  private final LongSupplier ticker;

  Attempts(
      InferenceClient client,
      RetryPlanner planner,
      Consumer<Outcome> settle,
      Engine.Shared shared,
      EngineConfig config) {
    this.client = client;
    this.planner = planner;
    this.settle = settle;
    this.listeners = shared.listeners();
    this.counters = shared.counters();
    this.requestTimeoutMillis = config.requestTimeout().toMillis();
    this.clock = config.clock();
    this.ticker = config.ticker();
  }

  /** Whom to tell that a permit came back; set before the threads start. */
  void whenPermitReturned(Runnable listener) {
    permitReturned = listener;
  }

  /** Sends a request whose permit is in hand. */
  void begin(HeldRequest request, WorkerPool pool, Permit permit) {
    long leftMillis = Math.max(1, request.deadlineMillis() - clock.millis());
    Duration timeout = Duration.ofMillis(Math.min(requestTimeoutMillis, leftMillis));
    if (!request.dispatch(ticker.getAsLong(), TimeUnit.MILLISECONDS.toNanos(timeout.toMillis()))) {
      pool.gate().release(permit, Answers.aborted(Duration.ZERO));
      return;
    }
    pool.began();
    counters.dispatched.increment();
    listeners.tell(request, listener -> listener.dispatched(request));
    CompletableFuture<InferenceResponse> exchange = send(request, timeout);
    request.sent(exchange);
    var unused =
        exchange.whenComplete(
            (response, failure) -> ended(request, pool, permit, response, failure));
  }

  /** The request's time is up: {@code request-timeout}, or its deadline. */
  void timeOut(HeldRequest request) {
    if (request.decide()) {
      AttemptOutcome outcome = Answers.timedOut(latency(request));
      listeners.tell(request, listener -> listener.attempted(request, outcome));
      settle.accept(
          clock.millis() >= request.deadlineMillis()
              ? Outcome.Finished.of(request, Results.expiredInFlight(request))
              : planned(request, outcome));
      request.abort(outcome);
    }
  }

  /** Ends a request that was cancelled, wherever it is. */
  void cancel(HeldRequest request) {
    int begun = request.isInFlight() ? request.attempt() : request.attempt() - 1;
    if (request.decide()) {
      settle.accept(Outcome.Finished.of(request, Results.cancelled(request, begun)));
      request.abort(Answers.aborted(latency(request)));
    }
  }

  /** Takes a request back: it goes to the broker as if it had never been sent. */
  void release(HeldRequest request, String reason) {
    if (request.decide()) {
      settle.accept(new Outcome.Released(request, request, reason));
      request.abort(Answers.aborted(latency(request)));
    }
  }

  private CompletableFuture<InferenceResponse> send(HeldRequest request, Duration timeout) {
    try {
      return client.send(request.buffer().target().request(request.message(), timeout));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void ended(
      HeldRequest request,
      WorkerPool pool,
      Permit permit,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure) {
    boolean decides = request.decide();
    Duration latency = latency(request);
    AttemptOutcome aborted = request.abortedAs();
    AttemptOutcome outcome =
        aborted != null ? aborted : Answers.of(response, failure, latency, clock);
    pool.gate().release(permit, outcome);
    pool.ended();
    if (decides) {
      if (outcome.kind() == AttemptOutcome.Kind.SHED) {
        counters.shed.increment();
      }
      listeners.tell(request, listener -> listener.attempted(request, outcome));
      settle.accept(planned(request, outcome));
    }
    permitReturned.run();
  }

  /** What follows. A bug here must not leave the request without an end: it is tried again. */
  private Outcome planned(HeldRequest request, AttemptOutcome outcome) {
    try {
      return planner.after(request, outcome);
    } catch (RuntimeException e) {
      Engine.LOG.error("no decision after attempt {} of {}", request.attempt(), request, e);
      return new Outcome.Retried(
          request, request, ticker.getAsLong() + AFTER_BUG_NANOS, request.attempt() + 1);
    }
  }

  private Duration latency(HeldRequest request) {
    return Duration.ofNanos(Math.max(0, ticker.getAsLong() - request.dispatchedNanos()));
  }
}
