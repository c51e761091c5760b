package io.batchprocessor.tracing;

import io.batchprocessor.spi.AttemptOutcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The span of one attempt. Its end may be told before its beginning, as another thread may cancel a
 * request while it is being sent: whoever comes second ends the span.
 */
final class AttemptSpan {

  private @Nullable Span span;
  private @Nullable AttemptOutcome outcome;
  private boolean hasBegun;

  /**
   * The attempt begins; true if it has ended already.
   *
   * @param begun null if no span could be made for it
   */
  synchronized boolean began(@Nullable Span begun) {
    span = begun;
    hasBegun = true;
    return outcome != null;
  }

  /** The attempt has ended; true if it had begun. */
  synchronized boolean ended(AttemptOutcome end) {
    outcome = end;
    return hasBegun;
  }

  /** Ends the span, now that both is known. */
  synchronized void end() {
    if (span != null && outcome != null) {
      SpanAttributes.setOutcome(span, outcome);
      span.end();
    }
  }

  /** What a later attempt links to; empty while it has not begun. */
  synchronized Optional<SpanContext> context() {
    return Optional.ofNullable(span).map(Span::getSpanContext).filter(SpanContext::isValid);
  }

  /** Nobody will tell how it ended. */
  synchronized void abandon() {
    if (span != null) {
      span.end();
    }
  }
}
