package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.Map;

/** So many requests in flight, and no more: of one queue, where it is the queue's gate. */
public final class MaxConcurrencyGate implements DispatchGate {

  /** Asked again when a permit comes back; this is only for the case that none is out. */
  private static final Verdict FULL = new Verdict.Wait(Duration.ofSeconds(1));

  private final int limit;
  private final InFlightCount inFlight = new InFlightCount();

  private MaxConcurrencyGate(int limit) {
    this.limit = limit;
  }

  /**
   * A gate.
   *
   * @param limit the most in flight, at least 1
   * @throws IllegalArgumentException if it is below that
   */
  public static MaxConcurrencyGate of(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, is " + limit);
    }
    return new MaxConcurrencyGate(limit);
  }

  @Override
  public String name() {
    return "max-concurrency";
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    return inFlight.get() < limit ? inFlight.go() : FULL;
  }

  /** The share that is free, but never less than that of one: full is not closed. */
  @Override
  public double budget() {
    return (double) Math.max(1, limit - inFlight.get()) / limit;
  }

  @Override
  public Map<String, Double> measurements() {
    return Map.of("limit", (double) limit, "in_flight", (double) inFlight.get());
  }
}
