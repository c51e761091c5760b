package io.batchprocessor.redis;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * As many requests in flight as an operator allows: at most the budget in a key of Redis times
 * {@code max}, rounded down, on this replica. What is in flight when the budget falls goes on.
 *
 * <p>Before the first reading was tried the gate is closed; without a reading that counts the
 * budget is the fallback.
 */
final class RedisBudgetGate implements DispatchGate {

  static final String ID = "redis-budget";

  /** A request is asked about again in that time, however long until the next reading. */
  private static final Duration MOST_WAIT = Duration.ofSeconds(1);

  /** 0.29 × 100 is 29, not 28.999999999999996. */
  private static final double ROUNDING = 1e-9;

  private final BudgetReader reader;
  private final int max;
  private final double fallback;
  private final Verdict notNow;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Permit permit = this::release;

  /**
   * A gate, which closes the reader.
   *
   * @param max what the budget is a share of
   * @param fallback the budget while there is no reading
   */
  RedisBudgetGate(BudgetReader reader, Duration every, int max, double fallback) {
    this.reader = reader;
    this.max = max;
    this.fallback = fallback;
    this.notNow = new Verdict.Wait(every.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : every);
  }

  @Override
  public String name() {
    return ID;
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    if (inFlight.get() >= limit()) {
      return notNow;
    }
    inFlight.incrementAndGet();
    return new Verdict.Go(permit);
  }

  @SuppressWarnings("unused") // However the attempt ended.
  private void release(AttemptOutcome outcome) {
    inFlight.decrementAndGet();
  }

  private double now() {
    return reader.isTried() ? reader.fresh().orElse(fallback) : 0;
  }

  private int limit() {
    return (int) Math.floor(now() * max + ROUNDING);
  }

  /** The key's number; 0 where that is not enough for one request. */
  @Override
  public double budget() {
    double budget = now();
    return Math.floor(budget * max + ROUNDING) > 0 ? budget : 0;
  }

  @Override
  public Map<String, Double> measurements() {
    Map<String, Double> all = new LinkedHashMap<>(reader.measurements());
    all.put("limit", (double) limit());
    all.put("in_flight", (double) inFlight.get());
    return all;
  }

  @Override
  public void close() {
    reader.close();
  }
}
