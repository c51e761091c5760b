package io.batchprocessor.tracing;

import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.AttemptHeaders;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.ProcessorState;
import io.batchprocessor.spi.ProcessorView;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.RetryNotes;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One span for each attempt at the gateway. Its parent is the producer's context, as {@code
 * traceparent} and {@code tracestate} in the message's metadata have it (W3C Trace Context);
 * without them it begins a trace. The gateway sees the span as its parent. A further attempt links
 * to the one before it, whichever process made that: its {@code traceparent} waits with the retry
 * in the broker. Where the transport keeps no attributes of retries (rule 310 of {@link
 * io.batchprocessor.spi.RetryQueue}), only attempts of one process are linked; the trace is one all
 * the same.
 *
 * <pre>{@code
 * BatchProcessor.builder().listener(BatchTracing.of(openTelemetry));
 * }</pre>
 *
 * <p>Names and attributes follow OpenTelemetry's semantic conventions for HTTP clients (stable),
 * and for messaging and gen_ai (in development, as of 1.37). Neither payloads nor answers nor
 * headers are recorded, and of URLs no query. Needs {@code io.opentelemetry:opentelemetry-api} on
 * the class path, and an SDK to send anything.
 */
public final class BatchTracing implements BatchListener, AttemptHeaders, RetryNotes {

  private static final String SCOPE = "io.batchprocessor";

  private final Tracer tracer;
  private final Map<RequestView, AttemptSpan> open = new ConcurrentHashMap<>();
  private final EarlierAttempts earlier = new EarlierAttempts();
  private volatile String transport = "unknown";

  private BatchTracing(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Traces that go to {@code openTelemetry}. */
  public static BatchTracing of(OpenTelemetry openTelemetry) {
    Objects.requireNonNull(openTelemetry, "openTelemetry");
    return new BatchTracing(openTelemetry.getTracer(SCOPE));
  }

  @Override
  public void starting(ProcessorView processor) {
    transport = processor.transport();
  }

  /** Begins the span, and gives what makes it the gateway's parent. */
  @Override
  public Map<String, String> headers(RequestView request, URI uri) {
    Span span = null;
    try {
      span = start(request, uri);
      return TraceContext.headers(span);
    } finally {
      // Also if a sampler or a span processor threw: the end of the attempt is told all the same.
      AttemptSpan attempt = attempt(request);
      endIf(attempt.began(span), request, attempt);
    }
  }

  private AttemptSpan attempt(RequestView request) {
    return open.computeIfAbsent(request, key -> new AttemptSpan());
  }

  private void endIf(boolean isOver, RequestView request, AttemptSpan attempt) {
    if (isOver) {
      open.remove(request);
      attempt.end();
    }
  }

  private Span start(RequestView request, URI uri) {
    String operation = SpanAttributes.operation(uri);
    Optional<String> model = SpanAttributes.model(request, operation);
    SpanBuilder builder =
        tracer
            .spanBuilder(SpanAttributes.spanName(operation, model))
            .setSpanKind(SpanKind.CLIENT)
            .setParent(TraceContext.of(request.message()))
            .setAllAttributes(SpanAttributes.ofRequest(request, uri, operation, model))
            .setAttribute(SpanAttributes.MESSAGING_SYSTEM, transport);
    if (request.attempt() > 1) {
      earlierAttempt(request).ifPresent(builder::addLink);
    }
    return builder.startSpan();
  }

  /** What was left with the retry; what this process knows is the same attempt, or an older one. */
  private Optional<SpanContext> earlierAttempt(RequestView request) {
    Optional<SpanContext> ours = earlier.of(request.message().id());
    return TraceContext.noted(request)
        .filter(noted -> ours.filter(own -> own.getSpanId().equals(noted.getSpanId())).isEmpty())
        .or(() -> ours);
  }

  /** What the next attempt links to. */
  @Override
  public Map<String, String> notes(RequestView request) {
    return earlier.of(request.message().id()).map(TraceContext::note).orElse(Map.of());
  }

  @Override
  public void attempted(RequestView request, AttemptOutcome outcome) {
    AttemptSpan attempt = attempt(request);
    attempt.context().ifPresent(context -> earlier.put(request.message().id(), context));
    endIf(attempt.ended(outcome), request, attempt);
  }

  @Override
  public void finished(RequestView request, ResultMessage result) {
    earlier.remove(request.message().id());
  }

  /** Attempts that have not both begun and ended. */
  int open() {
    return open.size();
  }

  @Override
  public void stateChanged(ProcessorState from, ProcessorState to) {
    if (to == ProcessorState.CLOSED) {
      open.values().forEach(AttemptSpan::abandon);
      open.clear();
    }
  }
}
