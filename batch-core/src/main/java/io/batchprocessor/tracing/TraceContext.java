package io.batchprocessor.tracing;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.RequestView;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Trace contexts in messages and in headers, as W3C Trace Context has them. */
final class TraceContext {

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private static final TextMapGetter<RequestMessage> GETTER =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable RequestMessage message, String key) {
          return message == null
              ? null
              : message.headers().entrySet().stream()
                  .filter(header -> header.getKey().equalsIgnoreCase(key))
                  .map(Map.Entry::getValue)
                  .findFirst()
                  .orElseGet(() -> message.metadata().get(key));
        }
      };

  private static final TextMapGetter<RequestView> NOTES =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable RequestView request, String key) {
          return request == null ? null : request.notes().get(key);
        }
      };

  private TraceContext() {}

  /**
   * The producer's, from the message's headers or else its metadata; that of no trace if there is
   * none that can be read.
   */
  static Context of(RequestMessage message) {
    return W3C.extract(Context.root(), message, GETTER);
  }

  /** A note for the next attempt, wherever it is made: this one's context, but for its state. */
  static Map<String, String> note(SpanContext attempt) {
    Map<String, String> note = headers(Span.wrap(attempt));
    note.remove("tracestate");
    return note;
  }

  /** The attempt that left {@link #note}; empty if none did, or it can't be read. */
  static Optional<SpanContext> noted(RequestView request) {
    Context context = W3C.extract(Context.root(), request, NOTES);
    return Optional.of(Span.fromContext(context).getSpanContext()).filter(SpanContext::isValid);
  }

  /** What makes a span the parent of whoever reads it; empty if there is no SDK. */
  static Map<String, String> headers(Span span) {
    Map<String, String> headers = new HashMap<>();
    W3C.inject(
        Context.root().with(span), headers, (carrier, name, value) -> headers.put(name, value));
    return headers;
  }
}
