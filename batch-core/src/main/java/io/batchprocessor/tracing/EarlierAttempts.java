package io.batchprocessor.tracing;

import io.opentelemetry.api.trace.SpanContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last attempt of this process at each request, by its id, for the next one to link to where
 * the broker carries no note of it. Bounded: where more wait for another attempt, the link is
 * missing then; the trace is still one.
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
