package io.batchprocessor.examples.harvest;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.function.IntSupplier;

/** A gate with so many permits; the number may change. For one thread. */
final class LimitGate implements DispatchGate {

  private static final Verdict LATER = new Verdict.Wait(Duration.ofSeconds(1));
  private final IntSupplier limit;
  private int inFlight;

  LimitGate(IntSupplier limit) {
    this.limit = limit;
  }

  @Override
  public String name() {
    return "limit";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    if (inFlight >= limit.getAsInt()) {
      return LATER;
    }
    inFlight++;
    return new Verdict.Go(this::released);
  }

  private void released(AttemptOutcome outcome) {
    inFlight--;
  }

  @Override
  public double budget() {
    return inFlight < limit.getAsInt() ? 1 : 0;
  }
}
