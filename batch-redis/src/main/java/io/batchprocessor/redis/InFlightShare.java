package io.batchprocessor.redis;

import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.util.List;

/**
 * Permits for requests in flight, held under a lease. It grows when a request found none left,
 * doubling, and shrinks to what was needed lately, or to its fair share while others want more. It
 * shrinks here first, and tells Redis then: so what all replicas hold never exceeds the limit.
 *
 * <p>The lease is counted from before Redis was asked, and a tenth shorter than Redis counts it, so
 * that it ends here before it ends there, whatever answers take and clocks drift.
 */
final class InFlightShare implements QuotaShare {

  /** What was not needed for that long, and up to twice as long, goes back. */
  private static final long IDLE_NANOS = Duration.ofMillis(250).toNanos();

  /** Renewals, by which a replica also hears that others want a share, if the lease is longer. */
  private static final long RENEW_NANOS = Duration.ofMillis(500).toNanos();

  /** When the quota is used up, Redis is asked again for more so often. */
  private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

  /** An answer that the quota is used up counts for so long. */
  private static final long OVER_NANOS = Duration.ofSeconds(1).toNanos();

  private final String value;
  private final int limit;
  private final int most;
  private final int fallback;
  private final long validNanos;
  private final long renewNanos;

  private int inFlight;
  private int held;
  private int share = Integer.MAX_VALUE;
  private long validUntil;
  private long askedAt;
  private long answeredAt;
  private int sent;
  private boolean missed;
  private boolean over;
  private boolean hungry;
  private boolean ended;
  private int goal;
  private long goalAt;
  private int peak;
  private int peakBefore;
  private long peakAt;

  InFlightShare(String value, Quota quota, long now) {
    this.value = value;
    this.limit = quota.limitOf(value);
    this.most = Math.min(limit, quota.concurrency());
    this.fallback = quota.fallbackOf(value);
    long lease = quota.lease().toNanos();
    this.validNanos = lease - lease / 10;
    this.renewNanos = Math.min(RENEW_NANOS, lease / 4);
    validUntil = now;
    askedAt = now;
    answeredAt = now;
    goalAt = now;
    peakAt = now;
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
    boolean alone = cutOff && !isValid(now);
    // Not beyond its fair share, or it would never shrink to it while requests follow on requests.
    if (!ended && inFlight < (alone ? fallback : Math.min(have(now), share))) {
      inFlight++;
      rollPeak(now);
      peak = Math.max(peak, inFlight);
      return Answer.TAKEN;
    }
    if (!alone && have(now) >= limit) {
      return Answer.OVER;
    }
    goal = Math.min(most, Math.max(wanted(now), Math.max(2 * inFlight, inFlight + 1)));
    goalAt = now;
    hungry = true;
    return !alone && over && now - answeredAt < OVER_NANOS ? Answer.OVER : Answer.NOT_YET;
  }

  @Override
  public void giveBack(boolean unused, long now) {
    rollPeak(now);
    inFlight--;
  }

  private boolean isValid(long now) {
    return now - validUntil < 0;
  }

  private int have(long now) {
    return isValid(now) ? held : 0;
  }

  private void rollPeak(long now) {
    if (now - peakAt >= IDLE_NANOS) {
      peakBefore = now - peakAt >= 2 * IDLE_NANOS ? inFlight : peak;
      peak = inFlight;
      peakAt = now;
    }
  }

  /** How many it could use. */
  private int wanted(long now) {
    rollPeak(now);
    int lately = Math.min(most, Math.max(peak, peakBefore));
    return ended ? 0 : now - goalAt < IDLE_NANOS ? Math.max(goal, lately) : lately;
  }

  /** How many it goes on with in any case. */
  private int kept(long now) {
    return Math.max(inFlight, Math.min(have(now), Math.min(wanted(now), share)));
  }

  @Override
  public long dueIn(long now) {
    if (limit == 0) {
      return Long.MAX_VALUE;
    }
    long sinceAsked = now - askedAt;
    if (hungry && wanted(now) > have(now)) {
      return missed ? RETRY_NANOS - sinceAsked : 0;
    }
    if (isValid(now) && (kept(now) < held || wanted(now) < sent)) {
      return 0;
    }
    if (isEmpty(now)) {
      return Long.MAX_VALUE;
    }
    // It may have to shrink before it is time to renew.
    return Math.min(renewNanos - sinceAsked, Math.max(1, IDLE_NANOS - (now - peakAt)));
  }

  /** So that all are renewed together. */
  @Override
  public long early() {
    return renewNanos / 2;
  }

  @Override
  public long overFor(long now) {
    return RETRY_NANOS;
  }

  @Override
  public List<byte[]> ask(long now) {
    sent = wanted(now);
    held = kept(now);
    askedAt = now;
    hungry = false;
    return List.of(Keys.number(limit), Keys.number(held), Keys.number(sent));
  }

  @Override
  public void answered(long asked, long first, long second, boolean grace) {
    held = Math.toIntExact(first);
    share = Math.toIntExact(second);
    validUntil = asked + validNanos;
    answeredAt = asked;
    missed = held < sent;
    over = missed && !grace;
  }

  @Override
  public void unanswered() {
    hungry = sent > held;
  }

  @Override
  public void end() {
    ended = true;
  }

  /** Redis forgets by itself what it is not reminded of. */
  @Override
  public boolean isEmpty(long now) {
    return inFlight == 0
        && !hungry
        && now - goalAt >= IDLE_NANOS
        && (!isValid(now) || (held == 0 && sent == 0));
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public int spare(long now) {
    return Math.max(0, Math.min(have(now), share) - inFlight);
  }

  @Override
  public int excess(long now, boolean cutOff) {
    return isValid(now) ? 0 : Math.max(0, inFlight - (cutOff ? fallback : 0));
  }
}
