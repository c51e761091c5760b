package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.Map;

/** A budget that never changes: that share of a pool's concurrency. At 0 it is closed. */
public final class ConstantGate implements DispatchGate {

  private static final Verdict NOT_NOW = new Verdict.Wait(Duration.ofSeconds(1));

  private final double budget;
  private final int limit;
  private final InFlightCount inFlight = new InFlightCount();

  private ConstantGate(double budget, int limit) {
    this.budget = budget;
    this.limit = limit;
  }

  /**
   * A gate.
   *
   * @param budget from 0 to 1
   * @param concurrency what it is a share of, at least 1; rounded up, so that a budget above 0 lets
   *     one go
   * @throws IllegalArgumentException if either is out of range
   */
  public static ConstantGate of(double budget, int concurrency) {
    if (!(budget >= 0 && budget <= 1)) {
      throw new IllegalArgumentException("budget must be from 0 to 1, is " + budget);
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
    }
    return new ConstantGate(budget, (int) Math.ceil(budget * concurrency));
  }

  @Override
  public String name() {
    return "constant";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    return inFlight.get() < limit ? inFlight.go() : NOT_NOW;
  }

  @Override
  public double budget() {
    return budget;
  }

  @Override
  public Map<String, Double> measurements() {
    return Map.of("limit", (double) limit, "in_flight", (double) inFlight.get());
  }
}
