package io.batchprocessor.examples.gateway;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.message.BasicHttpResponse;

/** Takes inference requests to the engine and its answers, or a failure, back. Thread-safe. */
final class InferenceCalls {

  /**
   * Names the objective of a request, and by it its priority: the header of the Gateway API
   * Inference Extension (its documentation, "Inference Objective").
   */
  static final String OBJECTIVE_HEADER = "x-gateway-inference-objective";

  /** Becomes part of the answer's id, as in vLLM. */
  private static final String REQUEST_ID_HEADER = "x-request-id";

  private static final double NANOS_PER_MILLI = 1e6;

  /** In how many pieces a slow body arrives. */
  private static final int SLOW_BODY_PIECES = 10;

  /** Between the half of a truncated body and the reset, which would overtake it otherwise. */
  private static final Duration TRUNCATE_PAUSE = Duration.ofMillis(20);

  private final GatewaySettings settings;
  private final EngineLoop engine;
  private final Connections connections;
  private final Clock clock;
  private final AtomicLong ids = new AtomicLong();

  InferenceCalls(
      GatewaySettings settings, EngineLoop engine, Connections connections, Clock clock) {
    this.settings = settings;
    this.engine = engine;
    this.connections = connections;
    this.clock = clock;
  }

  void take(HttpRequest request, byte[] body, Exchange exchange) {
    InferenceCall call;
    try {
      call =
          InferenceCall.read(
              body, settings.model(), settings.defaultMaxTokens(), settings.engine().modelTokens());
    } catch (InferenceCall.RefusedException e) {
      Router.refuse(exchange, HttpStatus.SC_BAD_REQUEST, "BadRequestError", e.reason(), Map.of());
      return;
    }
    String objective = Router.header(request, OBJECTIVE_HEADER, "");
    int priority = settings.objectives().getOrDefault(objective, 0);
    String id = Router.header(request, REQUEST_ID_HEADER, Long.toString(ids.incrementAndGet()));
    Sequence sequence = new Sequence(priority, call.promptTokens(), call.maxTokens());
    engine.execute(() -> begin(call, id, sequence, exchange));
  }

  private void begin(InferenceCall call, String id, Sequence sequence, Exchange exchange) {
    engine.metrics().received();
    Optional<Failure> failure = engine.dice().roll();
    if (failure.isEmpty()) {
      generate(call, id, sequence, exchange, failure);
      return;
    }
    engine.metrics().injected(failure.get());
    switch (failure.get()) {
      case ERROR ->
          Router.refuse(
              exchange,
              HttpStatus.SC_INTERNAL_SERVER_ERROR,
              "InternalServerError",
              "injected failure",
              Map.of());
      case RESET -> connections.reset(exchange.remoteAddress());
      case HANG -> {}
      case TRUNCATE, SLOW_BODY -> generate(call, id, sequence, exchange, failure);
    }
  }

  private void generate(
      InferenceCall call,
      String id,
      Sequence sequence,
      Exchange exchange,
      Optional<Failure> failure) {
    engine.submit(
        sequence,
        new EngineLoop.Fate() {
          @Override
          public void finished(long nowNanos) {
            answer(call, id, sequence, nowNanos, exchange, failure);
          }

          @Override
          public void shed() {
            Router.refuse(
                exchange,
                HttpStatus.SC_TOO_MANY_REQUESTS,
                "RateLimitError",
                "all slots are taken and the queue is full",
                Map.of(HttpHeaders.RETRY_AFTER, Long.toString(settings.retryAfter().toSeconds())));
          }
        });
    exchange.onGone(() -> engine.cancel(sequence));
  }

  private void answer(
      InferenceCall call,
      String id,
      Sequence sequence,
      long nowNanos,
      Exchange exchange,
      Optional<Failure> failure) {
    PacedBody body =
        new PacedBody(
            AnswerText.completion(call, id, clock.instant().getEpochSecond()),
            ContentType.APPLICATION_JSON);
    HttpResponse response = new BasicHttpResponse(HttpStatus.SC_OK);
    long arrived = sequence.arrivedNanos();
    response.setHeader("x-simulated-arrived-millis", millis(arrived));
    response.setHeader("x-simulated-queue-millis", millis(sequence.scheduledNanos() - arrived));
    response.setHeader("x-simulated-ttft-millis", millis(sequence.firstTokenNanos() - arrived));
    response.setHeader("x-simulated-total-millis", millis(nowNanos - arrived));
    Failure kind = failure.orElse(null);
    if (kind == Failure.TRUNCATE) {
      body.releaseUpTo(body.length() / 2);
      exchange.respond(response, body);
      engine.executeAfter(TRUNCATE_PAUSE, () -> connections.reset(exchange.remoteAddress()));
    } else if (kind == Failure.SLOW_BODY) {
      exchange.respond(response, body);
      releaseSlowly(body, 1);
    } else {
      body.releaseUpTo(body.length());
      exchange.respond(response, body);
    }
  }

  private void releaseSlowly(PacedBody body, int pieces) {
    Duration pause = settings.slowBody().dividedBy(SLOW_BODY_PIECES);
    engine.executeAfter(
        pause,
        () -> {
          body.releaseUpTo((int) ((long) body.length() * pieces / SLOW_BODY_PIECES));
          if (pieces < SLOW_BODY_PIECES) {
            releaseSlowly(body, pieces + 1);
          }
        });
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_MILLI);
  }
}
