package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.Verdict;
import java.util.concurrent.atomic.AtomicInteger;

/** Permits that are out. */
final class InFlightCount {

  private final AtomicInteger out = new AtomicInteger();
  private final Permit permit = this::release;

  int get() {
    return out.get();
  }

  /** One more, whatever the count; it is for the caller to have looked. */
  Verdict.Go go() {
    out.incrementAndGet();
    return new Verdict.Go(permit);
  }

  @SuppressWarnings("unused") // However the attempt ended.
  private void release(AttemptOutcome outcome) {
    out.decrementAndGet();
  }
}
