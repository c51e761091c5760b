package io.batchprocessor.gate;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests into the room that a reading shows. From a reading with budget D of a capacity N, D
 * × N more may be in flight than were at that moment, until the next reading: a budget that is some
 * seconds old is spent once, not again with each request. At 0 nothing goes.
 *
 * <p>Without a reading that counts the budget is the fallback, as a share of the pool's
 * concurrency. Before the first reading was even tried the gate is closed: what is missing is not
 * known yet.
 */
final class MeasuredGate implements DispatchGate {

  /** A request is asked about again in that time, however long until the next reading. */
  private static final Duration MOST_WAIT = Duration.ofSeconds(1);

  private final String name;
  private final Poll<Load> poll;
  private final double baseline;
  private final double fallback;
  private final int concurrency;
  private final Verdict notNow;
  private final InFlightCount inFlight = new InFlightCount();
  private @Nullable Reading<Load> spentFrom;
  private volatile long limit;

  /**
   * A gate; starts the poll, and closes it.
   *
   * @param baseline the share of the capacity that is kept free
   * @param fallback the budget while there is no reading
   * @param concurrency the most requests in flight under the gate
   */
  MeasuredGate(String name, Poll<Load> poll, double baseline, double fallback, int concurrency) {
    this.name = name;
    this.poll = poll;
    this.baseline = baseline;
    this.fallback = fallback;
    this.concurrency = concurrency;
    Duration every = poll.timing().every();
    this.notNow = new Verdict.Wait(every.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : every);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    return inFlight.get() < limitNow() ? inFlight.go() : notNow;
  }

  /** Called by one thread at a time, as {@link #tryAcquire} is. */
  private long limitNow() {
    Optional<Reading<Load>> reading = poll.freshReading();
    if (reading.isEmpty()) {
      spentFrom = null;
      limit = (long) Math.ceil(budget() * concurrency);
    } else if (!reading.get().equals(spentFrom)) {
      spentFrom = reading.get();
      long more = more(spentFrom.value());
      limit = more > 0 ? inFlight.get() + more : 0;
    }
    return limit;
  }

  /** Whether a reading was tried yet. */
  boolean isKnown() {
    return poll.isTried();
  }

  private long more(Load load) {
    double capacity = Double.isNaN(load.capacity()) ? concurrency : load.capacity();
    return (long) Math.ceil(load.budget(baseline) * capacity - Load.ROUNDING);
  }

  @Override
  public double budget() {
    if (!isKnown()) {
      return 0;
    }
    return poll.fresh().map(load -> load.budget(baseline)).orElse(fallback);
  }

  /** The last reading, whether it counts, and what follows from it. */
  @Override
  public Map<String, Double> measurements() {
    Map<String, Double> all = new LinkedHashMap<>(poll.measurements());
    Optional<Load> last = poll.last().map(Reading::value);
    all.put("saturation", last.map(Load::saturation).orElse(Double.NaN));
    all.put("capacity", last.map(Load::capacity).orElse(Double.NaN));
    all.put("closes_at", 1 - baseline);
    all.put("limit", (double) limit);
    all.put("in_flight", (double) inFlight.get());
    return all;
  }

  @Override
  public void close() {
    poll.close();
  }
}
