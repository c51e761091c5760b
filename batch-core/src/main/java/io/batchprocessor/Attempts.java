package io.batchprocessor;

import io.batchprocessor.GatewayTarget.Outgoing;
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
  private final Preparation preparation;
  private final Consumer<Outcome> settle;
  private Runnable permitReturned = () -> {};
  private final GuardedListeners listeners;
  private final Counters counters;
  private final long requestTimeoutMillis;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final Doorbell dispatcher;
  private final LogThrottle bugs;

  Attempts(
      InferenceClient client,
      RetryPlanner planner,
      Consumer<Outcome> settle,
      Engine.Shared shared,
      Doorbell dispatcher,
      EngineConfig config) {
    this.client = client;
    this.planner = planner;
    this.preparation = new Preparation(planner, settle);
    this.settle = settle;
    this.listeners = shared.listeners();
    this.counters = shared.counters();
    this.requestTimeoutMillis = TimeUnit.MILLISECONDS.convert(config.requestTimeout());
    this.clock = config.clock();
    this.ticker = config.ticker();
    this.dispatcher = dispatcher;
    this.bugs = new LogThrottle(ticker);
  }

  /**
   * Whom to tell, on the HTTP client's thread, that a permit came back; set before the threads
   * start.
   */
  void whenPermitReturned(Runnable listener) {
    permitReturned = listener;
  }

  /** Sends a request whose permit is in hand. */
  void begin(HeldRequest request, WorkerPool pool, Permit permit) {
    Outgoing outgoing = preparation.outgoing(request);
    long leftMillis = Math.max(1, request.deadlineMillis() - clock.millis());
    Duration timeout = Duration.ofMillis(Math.min(requestTimeoutMillis, leftMillis));
    if (outgoing == null
        || !request.dispatch(
            ticker.getAsLong(), TimeUnit.MILLISECONDS.toNanos(timeout.toMillis()))) {
      permit.returnUnused();
      return;
    }
    pool.began();
    counters.dispatched.increment();
    listeners.tell(request, listener -> listener.dispatched(request));
    CompletableFuture<InferenceResponse> exchange = send(request, outgoing, timeout);
    request.sent(exchange);
    var unused =
        exchange.whenComplete(
            (response, failure) -> ended(request, pool, permit, response, failure));
  }

  /** The request's time is up: {@code request-timeout}, or its deadline. */
  void timeOut(HeldRequest request) {
    if (request.decideInFlight()) {
      AttemptOutcome outcome = Answers.timedOut(latency(request));
      giveUp(
          request,
          outcome,
          clock.millis() >= request.deadlineMillis()
              ? Outcome.Finished.of(request, Results.expiredInFlight(request))
              : planned(request, outcome));
    }
  }

  /** Ends a request that was cancelled, wherever it is. */
  void cancel(HeldRequest request) {
    if (request.decideInBuffer()) {
      settle.accept(
          Outcome.Finished.of(request, Results.cancelled(request, request.attempt() - 1)));
    } else if (request.decideInFlight()) {
      giveUp(
          request,
          Answers.aborted(latency(request)),
          Outcome.Finished.of(request, Results.cancelled(request, request.attempt())));
    }
  }

  /** Hands a request back that was not sent; one that is in flight goes on. */
  void handBack(HeldRequest request, String reason) {
    if (request.decideInBuffer()) {
      settle.accept(new Outcome.Released(request, request, reason));
    }
  }

  /** Takes a request back: it goes to the broker as if it had never been sent. */
  void release(HeldRequest request, String reason) {
    Outcome released = new Outcome.Released(request, request, reason);
    if (request.decideInBuffer()) {
      settle.accept(released);
    } else if (request.decideInFlight()) {
      giveUp(request, Answers.aborted(latency(request)), released);
    }
  }

  /**
   * Takes a request that is in flight back for a gate that wants room; false if its end was decided
   * already.
   */
  boolean takeBack(HeldRequest request, String gate) {
    boolean wasInFlight = request.decideInFlight();
    if (wasInFlight) {
      Duration work = latency(request);
      String reason = "taken back by gate " + gate;
      counters.takenBack.increment();
      listeners.tell(request, listener -> listener.takenBack(request, gate, work));
      giveUp(
          request, Answers.aborted(work, reason), new Outcome.Released(request, request, reason));
    }
    return wasInFlight;
  }

  /** Forgets a request that another process may hold; false if its end was decided already. */
  boolean lose(HeldRequest request) {
    if (request.decideInBuffer()) {
      return true;
    }
    boolean wasInFlight = request.decideInFlight();
    if (wasInFlight) {
      giveUp(request, Answers.aborted(latency(request)), null);
    }
    return wasInFlight;
  }

  private void giveUp(HeldRequest request, AttemptOutcome outcome, @Nullable Outcome end) {
    listeners.tell(request, listener -> listener.attempted(request, outcome));
    if (end != null) {
      settle.accept(end);
    }
    try {
      request.abort(outcome);
    } catch (RuntimeException | Error e) {
      if (bugs.permits()) {
        Engine.LOG.error(
            "the HTTP client failed to abort an exchange ({} more such faults were not logged)",
            bugs.suppressed(),
            e);
      }
    }
  }

  /** A client that throws, or gives nothing, has failed like one that could not connect. */
  private CompletableFuture<InferenceResponse> send(
      HeldRequest request, Outgoing outgoing, Duration timeout) {
    try {
      CompletableFuture<InferenceResponse> exchange =
          client.send(
              listeners.withHeaders(
                  request,
                  request.buffer().target().request(request.message(), outgoing, timeout)));
      return exchange != null
          ? exchange
          : CompletableFuture.failedFuture(new IllegalStateException("the HTTP client gave null"));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void ended(
      HeldRequest request,
      WorkerPool pool,
      Permit permit,
      @Nullable InferenceResponse response,
      @Nullable Throwable failure) {
    boolean decides = request.decideInFlight();
    AttemptOutcome outcome =
        decides ? outcome(response, failure, latency(request)) : request.abortedAs();
    permit.release(outcome == null ? Answers.aborted(latency(request)) : outcome);
    request.permitCameBack();
    pool.ended();
    if (decides && outcome != null) {
      if (outcome.kind() == AttemptOutcome.Kind.SHED) {
        counters.shed.increment();
      }
      listeners.tell(request, listener -> listener.attempted(request, outcome));
      settle.accept(planned(request, outcome));
    }
    if (decides) {
      permitReturned.run();
    } else {
      // Given up, perhaps on a user's thread or the lease keeper's: nothing is sent from there.
      dispatcher.ring();
    }
  }

  private AttemptOutcome outcome(
      @Nullable InferenceResponse response, @Nullable Throwable failure, Duration latency) {
    try {
      return Answers.of(response, failure, latency, clock);
    } catch (RuntimeException | Error e) {
      return Answers.of(null, e, latency, clock);
    }
  }

  /** What follows. A bug here must not leave the request without an end: it is tried again. */
  private Outcome planned(HeldRequest request, AttemptOutcome outcome) {
    try {
      return planner.after(request, outcome);
    } catch (RuntimeException | Error e) {
      if (bugs.permits()) {
        Engine.LOG.error(
            "no decision after attempt {} of {} ({} more such faults were not logged)",
            request.attempt(),
            request.message(),
            bugs.suppressed(),
            e);
      }
      return new Outcome.Retried(
          request, request, ticker.getAsLong() + AFTER_BUG_NANOS, request.attempt() + 1);
    }
  }

  private Duration latency(HeldRequest request) {
    return Duration.ofNanos(Math.max(0, ticker.getAsLong() - request.dispatchedNanos()));
  }
}
