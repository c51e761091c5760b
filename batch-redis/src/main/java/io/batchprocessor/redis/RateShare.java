package io.batchprocessor.redis;

import io.batchprocessor.gate.RateGate;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for requests that may begin. They are fetched some at a time, as many as were needed
 * lately, and are good for a moment h only; what is left then goes back.
 *
 * <p>The bucket in Redis is smaller than the burst by what comes in during h, so that requests do
 * not begin faster than the quota says although tokens wait here: for those that begin within a
 * time W the tokens were taken within h before it or during it, which is at most (W + h) × rate +
 * (burst − h × rate) = W × rate + burst. A burst of one has no room for that: its tokens come
 * slower, each by h, a tenth.
 */
final class RateShare implements QuotaShare {

  /** The bucket must hold what comes in that time, or h would cost too much of it. */
  private static final Duration LEAST_BUCKET = Duration.ofMillis(200);

  /** The longest h where the burst has room for it. */
  private static final long MOST_NANOS = Duration.ofMillis(250).toNanos();

  /** Bounds of h where the burst is one. */
  private static final long LEAST_OF_ONE_NANOS = Duration.ofMillis(50).toNanos();

  private static final long MOST_OF_ONE_NANOS = Duration.ofSeconds(1).toNanos();

  /** An empty bucket is asked again no sooner, so that an answer brings more than one. */
  private static final long GATHER_NANOS = Duration.ofMillis(25).toNanos();

  private final String value;
  private final int limit;
  private final int burst;
  private final long goodNanos;
  private final byte[] intervalMicros;
  private final byte[] bucketMicros;
  private final @Nullable RateGate alone;

  private int tokens;
  private long goodUntil;
  private int inFlight;
  private int onOurOwn;
  private int returned;
  private int spent;
  private int spentBefore;
  private int wanted;
  private boolean hungry;
  private boolean ended;
  private boolean missed;
  private boolean over;
  private long moreAt;

  /** For a quota that says how many per what time. */
  RateShare(String value, Quota quota, Duration per, LongSupplier ticker) {
    this.value = value;
    this.limit = quota.limitOf(value);
    this.burst = burst(quota, per, limit);
    double interval = (double) per.toNanos() / Math.max(1, limit);
    this.goodNanos =
        burst == 1
            ? Math.max(LEAST_OF_ONE_NANOS, Math.min(MOST_OF_ONE_NANOS, (long) (interval / 10)))
            : Math.min(MOST_NANOS, (long) ((burst - 1) * interval / 4));
    double spaced = burst == 1 ? interval + goodNanos : interval;
    this.intervalMicros = micros(spaced);
    this.bucketMicros = micros(Math.max(spaced, burst * interval - goodNanos));
    int fallback = quota.fallbackOf(value);
    this.alone =
        fallback == 0
            ? null
            : RateGate.of(perSecond(fallback, per), burst(quota, per, fallback), ticker);
    goodUntil = ticker.getAsLong();
    moreAt = goodUntil;
  }

  static double perSecond(int limit, Duration per) {
    return limit * 1e9 / per.toNanos();
  }

  /** What may begin at once after a pause. */
  static int burst(Quota quota, Duration per, int limit) {
    Integer set = quota.burst();
    return set == null ? (int) Math.max(1, perSecond(limit, per)) : set;
  }

  /** The least burst that goes with a limit. */
  static int leastBurst(Duration per, int limit) {
    return (int) Math.max(1, Math.ceil(perSecond(limit, per) * LEAST_BUCKET.toMillis() / 1e3));
  }

  private static byte[] micros(double nanos) {
    return Keys.utf8(String.format(Locale.ROOT, "%.3f", nanos / 1e3));
  }

  @Override
  public String value() {
    return value;
  }

  @Override
  public Answer take(RequestView request, long now, boolean cutOff) {
    if (limit == 0) {
      return Answer.OVER;
    }
    if (cutOff) {
      if (alone == null || !(alone.tryAcquire(request) instanceof Verdict.Go)) {
        return Answer.NOT_YET;
      }
      onOurOwn++;
      return taken();
    }
    if (spare(now) > 0) {
      tokens--;
      spent++;
      return taken();
    }
    hungry = true;
    return over && now - moreAt < 0 ? Answer.OVER : Answer.NOT_YET;
  }

  private Answer taken() {
    inFlight++;
    return Answer.TAKEN;
  }

  /**
   * A token that was not used may be used again; it goes back if others were fetched since. As long
   * as some of those may be in flight that no bucket gave, none counts as one that a bucket did.
   */
  @Override
  public void giveBack(boolean unused, long now) {
    inFlight--;
    if (onOurOwn > 0) {
      onOurOwn--;
    } else if (unused && spent > 0) {
      spent--;
      tokens++;
    } else if (unused) {
      returned++;
    }
  }

  @Override
  public long dueIn(long now) {
    if (hungry) {
      return missed ? moreAt - now : 0;
    }
    return tokens + returned > 0 ? goodUntil - now : Long.MAX_VALUE;
  }

  /** Tokens are good for a moment only. */
  @Override
  public long early() {
    return 0;
  }

  @Override
  public long overFor(long now) {
    return Math.max(GATHER_NANOS, moreAt - now);
  }

  @Override
  public List<byte[]> ask(long now) {
    wanted = hungry && !ended ? Math.min(burst, Math.max(1, 2 * Math.max(spent, spentBefore))) : 0;
    int back = tokens + returned;
    tokens = 0;
    returned = 0;
    spentBefore = hungry ? spent : Math.max(spent, spentBefore / 2);
    spent = 0;
    hungry = false;
    return List.of(intervalMicros, bucketMicros, Keys.number(back), Keys.number(wanted));
  }

  @Override
  public void answered(long asked, long first, long second, boolean grace) {
    tokens = Math.toIntExact(first);
    goodUntil = asked + goodNanos;
    missed = tokens < wanted;
    over = missed && !grace;
    moreAt = asked + Math.max(GATHER_NANOS, 1_000 * second);
  }

  /** Tokens that went back, or were taken, are lost. */
  @Override
  public void unanswered() {
    hungry = wanted > 0;
    missed = false;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public boolean isEmpty(long now) {
    return inFlight == 0 && tokens + returned == 0 && !hungry && (!missed || now - moreAt >= 0);
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public int spare(long now) {
    return !ended && now - goodUntil < 0 ? tokens : 0;
  }

  /** What has begun has begun. */
  @Override
  public int excess(long now, boolean cutOff) {
    return 0;
  }
}
