package io.batchprocessor.tracing;

import io.batchprocessor.message.RequestMessage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.Map;
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

  private TraceContext() {}

  /**
   * The producer's, from the message's headers or else its metadata; that of no trace if there is
   * none that can be read.
   */
  static Context of(RequestMessage message) {
    return W3C.extract(Context.root(), message, GETTER);
  }

  /** What makes a span the parent of whoever reads it; empty if there is no SDK. */
  static Map<String, String> headers(Span span) {
    Map<String, String> headers = new HashMap<>();
    W3C.inject(
        Context.root().with(span), headers, (carrier, name, value) -> headers.put(name, value));
    return headers;
  }
}
