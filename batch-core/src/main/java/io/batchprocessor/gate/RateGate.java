package io.batchprocessor.gate;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * So many requests in a second: a token bucket. A request that was not sent after all gives its
 * token back; one that was aborted does not, as the gateway had it.
 *
 * <p>Kept as the generic cell rate algorithm (ITU-T I.371, appendix I): one instant, at which the
 * bucket will be full again, in place of a count that has to be topped up.
 */
public final class RateGate implements DispatchGate {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Some 36 years: far above anything of use, far below what would overflow. */
  private static final double MOST_NANOS = 0x1p60;

  private final long intervalNanos;
  private final int burst;

  /** As long as an empty bucket takes to fill. */
  private final long bucketNanos;

  private final LongSupplier ticker;
  private final Permit permit = new Token();

  /** When the bucket is full again; guarded by this. */
  private long fullNanos;

  private RateGate(long intervalNanos, int burst, LongSupplier ticker) {
    this.intervalNanos = intervalNanos;
    this.burst = burst;
    this.bucketNanos = (long) Math.min((double) intervalNanos * burst, MOST_NANOS);
    this.ticker = ticker;
    this.fullNanos = ticker.getAsLong();
  }

  /**
   * A gate whose bucket is full.
   *
   * @param perSecond from 0.00001, about one a day, to a million
   * @param burst how many may go at once after a pause, at least 1
   * @param ticker nanoseconds
   * @throws IllegalArgumentException if either is out of range
   */
  public static RateGate of(double perSecond, int burst, LongSupplier ticker) {
    if (!isRate(perSecond)) {
      throw new IllegalArgumentException(
          "perSecond must be from 0.00001 to 1000000, is " + perSecond);
    }
    if (burst < 1) {
      throw new IllegalArgumentException("burst must be at least 1, is " + burst);
    }
    return new RateGate((long) (1e9 / perSecond), burst, ticker);
  }

  /** What a second brings may go at once. */
  public static RateGate of(double perSecond) {
    return of(perSecond, defaultBurst(perSecond), System::nanoTime);
  }

  static boolean isRate(double perSecond) {
    return perSecond >= 1e-5 && perSecond <= 1e6;
  }

  static int defaultBurst(double perSecond) {
    return (int) Math.max(1, perSecond);
  }

  @Override
  public String name() {
    return "rate";
  }

  @Override
  public synchronized Verdict tryAcquire(RequestView request) {
    long waitNanos = waitNanos();
    if (waitNanos > 0) {
      return new Verdict.Wait(Duration.ofNanos(waitNanos));
    }
    fullNanos += intervalNanos;
    return new Verdict.Go(permit);
  }

  /** Until there is a token; 0 or less if there is one. */
  private long waitNanos() {
    long now = ticker.getAsLong();
    if (fullNanos - now < 0) {
      fullNanos = now;
    }
    return fullNanos - now + intervalNanos - bucketNanos;
  }

  private synchronized double tokens() {
    long nanos = Math.max(0, fullNanos - ticker.getAsLong());
    return Math.max(0, burst - (double) nanos / (double) intervalNanos);
  }

  private synchronized void giveTokenBack() {
    fullNanos -= intervalNanos;
  }

  /**
   * The share of the bucket that is there, at least that of one token: there will be one soon. 0 if
   * the next is more than a second away, so that a request does not wait here for what another
   * replica may have sooner.
   */
  @Override
  public synchronized double budget() {
    return waitNanos() > SECOND ? 0 : Math.max(1, Math.floor(tokens())) / burst;
  }

  @Override
  public Map<String, Double> measurements() {
    return Map.of("tokens", tokens(), "per_second", 1e9 / (double) intervalNanos);
  }

  private final class Token implements Permit {

    /** It was sent, however it ended. */
    @Override
    public void release(AttemptOutcome outcome) {}

    @Override
    public void returnUnused() {
      giveTokenBack();
    }
  }
}
