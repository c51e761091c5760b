package io.batchprocessor.tracing;

import io.opentelemetry.api.trace.SpanContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last attempt at each request, by its id, for the next one to link to. Bounded: where more
 * wait for another attempt, or another process makes it, the link is missing; the trace is still
 * one.
 */
final class EarlierAttempts {

  /** About 200 bytes each. */
  static final int MOST = 10_000;

  private final Map<String, SpanContext> byId =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SpanContext> eldest) {
          return size() > MOST;
        }
      };

  synchronized void put(String id, SpanContext attempt) {
    byId.put(id, attempt);
  }

  synchronized Optional<SpanContext> of(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  synchronized void remove(String id) {
    byId.remove(id);
  }
}
