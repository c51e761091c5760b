package io.batchprocessor.examples.harvest;

import com.netflix.concurrency.limits.Limit;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A limit of Netflix's concurrency-limits as a gate; sheds are its drops. For one thread. */
final class NetflixGate implements DispatchGate {

  private static final Verdict LATER = new Verdict.Wait(Duration.ofSeconds(1));

  private final Limit limit;
  private final LongSupplier ticker;
  private int inFlight;

  NetflixGate(Limit limit, LongSupplier ticker) {
    this.limit = limit;
    this.ticker = ticker;
  }

  @Override
  public String name() {
    return "netflix";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    if (inFlight >= limit.getLimit()) {
      return LATER;
    }
    inFlight++;
    long start = ticker.getAsLong();
    int then = inFlight;
    return new Verdict.Go(outcome -> released(start, then, outcome));
  }

  private void released(long start, int then, AttemptOutcome outcome) {
    inFlight--;
    boolean dropped = outcome.kind() != AttemptOutcome.Kind.SUCCEEDED;
    limit.onSample(start, Math.max(1, outcome.latency().toNanos()), then, dropped);
  }

  @Override
  public double budget() {
    return inFlight < limit.getLimit() ? 1 : 0;
  }
}
