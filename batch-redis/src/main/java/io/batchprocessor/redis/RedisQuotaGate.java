package io.batchprocessor.redis;

import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * So many requests in flight, or so many in a time, for each value of a metadata attribute, over
 * all replicas together. A decision looks only at what was fetched from Redis beforehand; the
 * {@link QuotaExchange} fetches more where that was not enough, and gives back what is not needed.
 *
 * <p>While Redis can't be asked, what was fetched counts until its lease runs out, and then the
 * fallback, for this replica alone.
 */
final class RedisQuotaGate implements YieldingGate {

  static final String ID = "redis-quota";

  private static final Logger LOG = LoggerFactory.getLogger(RedisQuotaGate.class);
  private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();

  /** What was found out about an excess counts for so long. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  /** An answer of Redis takes less than that. */
  private static final Verdict SOON = Verdict.Wait.alone(Duration.ofMillis(5));

  /** When Redis can't be asked, or too many values are in use. */
  private static final Verdict LATER = new Verdict.Wait(Duration.ofMillis(100));

  private final Quota quota;
  private final Over over;
  private final QuotaBook book;
  private final QuotaExchange exchange;
  private final LongSupplier ticker;
  private volatile boolean inExcess;
  private volatile long lookedAt;
  private boolean warned;
  private long warnedNanos;

  /**
   * What becomes of a request that is over its quota.
   *
   * @param delay for how long it goes back at least, if it does
   * @param yield whether requests in flight that have lost their lease are taken back
   */
  record Over(WhenOver what, Duration delay, boolean yield) {}

  /** A gate, which closes the exchange. */
  RedisQuotaGate(
      Quota quota, Over over, QuotaBook book, QuotaExchange exchange, LongSupplier ticker) {
    this.quota = quota;
    this.over = over;
    this.book = book;
    this.exchange = exchange;
    this.ticker = ticker;
    this.lookedAt = ticker.getAsLong();
  }

  @Override
  public String name() {
    return ID;
  }

  @Override
  public Verdict tryAcquire(RequestView request) {
    if (isInExcess()) {
      return LATER;
    }
    String value = request.message().metadata().getOrDefault(quota.attribute(), "");
    QuotaBook.Taking taking = book.take(value, request, exchange.isCutOff());
    if (taking.ask()) {
      exchange.ring();
    }
    QuotaShare share = taking.share();
    if (share == null) {
      tooManyValues();
      return LATER;
    }
    return switch (taking.answer()) {
      case TAKEN -> new Verdict.Go(new OnePermit(share));
      case NOT_YET -> exchange.isCutOff() ? LATER : SOON;
      case OVER -> over(value, Duration.ofNanos(taking.overFor()));
    };
  }

  /** All shares are looked at for that: not for each request. */
  private boolean isInExcess() {
    return over.yield() && (ticker.getAsLong() - lookedAt < LOOK_NANOS ? inExcess : excess() > 0);
  }

  private void tooManyValues() {
    long now = ticker.getAsLong();
    if (!warned || now - warnedNanos >= REMIND_NANOS) {
      warned = true;
      warnedNanos = now;
      LOG.warn(
          "gate '{}': more than {} values of '{}' are in use at once; requests with others wait",
          ID,
          QuotaBook.MOST_VALUES,
          quota.attribute());
    }
  }

  private Verdict over(String value, Duration again) {
    return switch (over.what()) {
      case WAIT -> Verdict.Wait.alone(again);
      case RELEASE -> new Verdict.Release(again.compareTo(over.delay()) > 0 ? again : over.delay());
      case DROP ->
          new Verdict.Drop(
              "%s '%s' has used up its quota '%s': %d %s"
                  .formatted(quota.attribute(), value, quota.key(), quota.limitOf(value), per()),
              429);
    };
  }

  private String per() {
    Duration per = quota.per();
    return per == null
        ? "in flight"
        : "per " + per.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /**
   * 0 before Redis was asked, and while it can't be and there is no fallback: what follows from the
   * quota of one value says nothing of the others.
   */
  @Override
  public double budget() {
    boolean closed =
        !exchange.isTried() || (exchange.isCutOff() && quota.fallback() == 0) || excess() > 0;
    return closed ? 0 : 1;
  }

  @Override
  public int excess() {
    if (!over.yield()) {
      return 0;
    }
    int excess = book.excess(exchange.isCutOff());
    inExcess = excess > 0;
    lookedAt = ticker.getAsLong();
    return excess;
  }

  @Override
  public Map<String, Double> measurements() {
    Map<String, Double> all = new LinkedHashMap<>();
    all.put("reading_missing", exchange.isTried() && !exchange.isCutOff() ? 0.0 : 1.0);
    all.put("reading_failures", (double) exchange.failures());
    all.put("redis_calls", (double) exchange.calls());
    all.put("values", (double) book.values());
    all.put("in_flight", (double) book.inFlight());
    all.put("spare", (double) book.spare());
    return all;
  }

  @Override
  public void close() {
    exchange.close();
  }

  private final class OnePermit implements Permit {

    private final QuotaShare share;

    OnePermit(QuotaShare share) {
      this.share = share;
    }

    @Override
    public void release(AttemptOutcome outcome) {
      giveBack(false);
    }

    @Override
    public void returnUnused() {
      giveBack(true);
    }

    private void giveBack(boolean unused) {
      if (book.giveBack(share, unused)) {
        exchange.ring();
      }
    }
  }
}
