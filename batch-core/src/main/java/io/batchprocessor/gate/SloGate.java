package io.batchprocessor.gate;

import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Spends what live traffic may feel, and no more. From the gateway's own histograms it sees which
 * share of live requests took longer than their allowance, and sets from that how many requests may
 * be in the engine, live and ours together ({@link EngineLimit}), how evenly ours start, and, with
 * {@code yield}, how many of them are taken back ({@link WasteBudget}).
 *
 * <p>Starts are spread: what the limit leaves free is filled within {@value #FILL_SECONDS} seconds,
 * one request after the other, and never two within one step of the engine, because prompts of two
 * batch requests in one step are what a live request feels most. This matters more than how often
 * the metrics are read.
 *
 * <p>An allowance that is a factor needs to know what live traffic is alone: the gate stays closed
 * for {@code learn}, and until it saw 200 live requests, watches until the first request goes, and
 * keeps what it saw for as long as it lives: later the batch requests of other replicas would pass
 * for live traffic alone. An allowance that is a time needs no such pause.
 *
 * <p>Thread-safe. Known to configurations as {@code slo}.
 */
public final class SloGate implements YieldingGate {

  static final double FILL_SECONDS = 5;
  static final Duration DEFAULT_LEARN = Duration.ofMinutes(10);

  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  /** Live traffic may overshoot the limit by so much before anything is taken back. */
  private static final double YIELD_SLACK = 0.25;

  private final Supplier<Optional<LiveMetrics>> metrics;
  private final BooleanSupplier tried;
  private final LongSupplier ticker;
  private final @Nullable Spending ttft;
  private final @Nullable Spending itl;
  private final boolean yields;
  private final SpacedStarts starts;
  private final EngineLimit engineLimit;
  private final int min;
  private final int max;
  private final int fallback;
  private final Learning learned;
  private final AutoCloseable source;
  private final Supplier<Map<String, Double>> readings;

  private final LiveWatch watch;
  private boolean learning = true;
  private boolean opened;
  private boolean wanted;

  private SloGate(Builder builder) {
    this.metrics = Objects.requireNonNull(builder.metrics, "metrics");
    this.tried = builder.tried;
    this.ticker = builder.ticker;
    this.ttft = builder.ttft == null ? null : new Spending(builder.ttft);
    this.itl = builder.itl == null ? null : new Spending(builder.itl);
    this.yields = builder.yields;
    this.engineLimit = new EngineLimit(builder.max);
    this.min = builder.min;
    this.max = builder.max;
    this.fallback = builder.fallback;
    this.source = builder.source;
    this.readings = builder.readings;
    this.watch = new LiveWatch(builder.longest);
    long now = ticker.getAsLong();
    List<Spending> allowances = Stream.of(ttft, itl).flatMap(Stream::ofNullable).toList();
    this.learned = new Learning(builder.learn, allowances, now);
    this.starts = new SpacedStarts(this, builder.waste, now);
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String name() {
    return "slo";
  }

  @Override
  public synchronized Verdict tryAcquire(RequestView request) {
    opened = opened || hasLearned();
    wanted = true;
    double free = limit() - starts.inFlight();
    long now = ticker.getAsLong();
    // Also if it were no number.
    if (!(free >= 1)) {
      return new Verdict.Wait(ASK_AGAIN);
    }
    long left = starts.leftNanos((long) (spacingSeconds(free) * 1e9), now);
    if (left > 0) {
      return new Verdict.Wait(Duration.ofNanos(Math.min(left, ASK_AGAIN.toNanos())));
    }
    return new Verdict.Go(
        starts.start(now, (outcome, startedNanos) -> learned.ended(ticker.getAsLong())));
  }

  private double spacingSeconds(double free) {
    return starts.inFlight() < min ? 0 : Math.max(watch.stepSeconds(), FILL_SECONDS / free);
  }

  @Override
  public synchronized int excess() {
    double limit = limit();
    if (!yields || starts.inFlight() <= limit + YIELD_SLACK * engineLimit.get()) {
      return 0;
    }
    return starts.affordable(starts.inFlight() - (int) Math.ceil(limit), ticker.getAsLong());
  }

  /** The share that is free, but never less than that of one: full is not closed. */
  @Override
  public synchronized double budget() {
    double limit = limit();
    return limit >= 1 && excess() == 0
        ? Math.min(1, Math.max(1, limit - starts.inFlight()) / max)
        : 0;
  }

  /** How many of ours may be in flight by what is known now. */
  private double limit() {
    if (!isKnown()) {
      return 0;
    }
    Optional<LiveMetrics> now = metrics.get();
    if (now.isEmpty()) {
      return fallback;
    }
    if (watch.isNew(now.get())) {
      observe(now.get());
    }
    double ours = engineLimit.get() - watch.live();
    return hasLearned() && !Double.isNaN(ours) ? Math.max(min, Math.min(max, ours)) : 0;
  }

  /** Whether a reading was tried yet: before that nobody can know what is missing. */
  boolean isKnown() {
    return tried.getAsBoolean();
  }

  /** Enough; it goes on learning until the first request may go. */
  private boolean hasLearned() {
    return watch.hasBegun() && learned.isDone();
  }

  private void observe(LiveMetrics reading) {
    watch.saw(reading, starts.inFlight());
    engineLimit.live(watch.live(), watch.seconds());
    learning = !opened || !hasLearned();
    if (!learning) {
      spend();
    } else if (learned.isAlone(reading.takenNanos(), watch.nanos(), starts.inFlight())) {
      learn();
    }
    wanted = false;
  }

  private void learn() {
    if (ttft != null) {
      ttft.alone(watch.ttft(), watch.seconds());
    }
    if (itl != null) {
      itl.alone(watch.itl(), watch.seconds());
    }
    learned.alone(watch.nanos());
  }

  private void spend() {
    double seconds = watch.seconds();
    double left = Double.POSITIVE_INFINITY;
    left = ttft == null ? left : Math.min(left, ttft.left(watch.ttft(), seconds));
    if (itl != null) {
      // Its tokens are many to a request: the share counts, for as many requests as came.
      double tokens = watch.tokens();
      double ofTokens = itl.left(watch.itl(), seconds);
      left = Math.min(left, tokens <= 0 ? 0 : ofTokens / tokens * watch.requests());
    }
    // A limit that nobody would use says nothing about more.
    if (left < 0 || wanted) {
      engineLimit.left(left, watch.requests(), watch.isQuiet(), seconds);
    }
  }

  @Override
  public synchronized Map<String, Double> measurements() {
    Map<String, Double> all = new HashMap<>(readings.get());
    all.put("limit", limit());
    all.put("in_flight", (double) starts.inFlight());
    all.put("engine_limit", engineLimit.get());
    all.put("live", watch.live());
    all.put("learning", learning ? 1.0 : 0.0);
    all.put("wasted_share", starts.wastedShare());
    put(all, "ttft", ttft);
    put(all, "itl", itl);
    return all;
  }

  private static void put(Map<String, Double> all, String name, @Nullable Spending spending) {
    if (spending != null) {
      spending.target().ifPresent(seconds -> all.put(name + "_target_seconds", seconds));
      all.put(name + "_over_share", spending.share());
    }
  }

  @Override
  public void close() {
    try {
      source.close();
    } catch (Exception e) {
      throw new IllegalStateException("the source of live metrics did not close", e);
    }
  }

  /** Collects the values of an {@link SloGate}; for one thread. */
  public static final class Builder {

    private @Nullable Supplier<Optional<LiveMetrics>> metrics;
    private AutoCloseable source = () -> {};
    private Supplier<Map<String, Double>> readings = Map::of;
    private BooleanSupplier tried = () -> true;
    private @Nullable Allowance ttft;
    private @Nullable Allowance itl;
    private int min;
    private int max = 256;
    private int fallback;
    private boolean yields;
    private double waste = WasteBudget.DEFAULT_SHARE;
    private Duration learn = DEFAULT_LEARN;
    private Duration longest = Duration.ofMinutes(5);
    private LongSupplier ticker = System::nanoTime;

    private Builder() {}

    /**
     * The last reading of the gateway's metrics; empty if there is none, or it is too old. Of two
     * that follow each other more than five minutes apart, the second counts as a first.
     */
    public Builder metrics(Supplier<Optional<LiveMetrics>> value) {
      metrics = Objects.requireNonNull(value, "metrics");
      return this;
    }

    /** Where the metrics come from: closed with the gate, and measured with it. */
    Builder from(Poll<LiveMetrics> poll) {
      source = poll;
      readings = poll::measurements;
      tried = poll::isTried;
      longest = poll.timing().maxAge().plus(poll.timing().every());
      return metrics(poll::fresh);
    }

    /** What the 99th percentile of the live time to first token may be. */
    public Builder liveTtftP99(Duration value) {
      ttft = Allowance.of(value);
      return this;
    }

    /** The same as a factor of what it is alone, above 1. */
    public Builder liveTtftP99(double timesAlone) {
      ttft = Allowance.timesAlone(timesAlone);
      return this;
    }

    /** What the 99th percentile of the live time from token to token may be. */
    public Builder liveItlP99(Duration value) {
      itl = Allowance.of(value);
      return this;
    }

    /** The same as a factor of what it is alone, above 1. */
    public Builder liveItlP99(double timesAlone) {
      itl = Allowance.timesAlone(timesAlone);
      return this;
    }

    Builder allowances(@Nullable Allowance newTtft, @Nullable Allowance newItl) {
      ttft = newTtft;
      itl = newItl;
      return this;
    }

    /** Requests in flight whatever live traffic feels; default 0. */
    public Builder min(int value) {
      min = value;
      return this;
    }

    /** The most requests in flight, at least 1; default 256. */
    public Builder max(int value) {
      max = value;
      return this;
    }

    /** Requests in flight while there is no reading; default 0. */
    public Builder fallback(int value) {
      fallback = value;
      return this;
    }

    /** Whether requests in flight are taken back when live traffic rises; default no. */
    public Builder yields(boolean value) {
      yields = value;
      return this;
    }

    /** The share of the work that may be thrown away by that, from 0 to 1; default 0.05. */
    public Builder waste(double value) {
      waste = value;
      return this;
    }

    /**
     * How long live traffic is watched alone, at least, if an allowance is a factor; default 10
     * minutes. It takes longer where fewer than 200 live requests come.
     */
    public Builder learn(Duration value) {
      learn = Objects.requireNonNull(value, "learn");
      return this;
    }

    /** Nanoseconds; default {@link System#nanoTime}. */
    public Builder ticker(LongSupplier value) {
      ticker = Objects.requireNonNull(value, "ticker");
      return this;
    }

    /**
     * The gate.
     *
     * @throws IllegalArgumentException with every value that is missing or out of range
     */
    public SloGate build() {
      Faults faults = new Faults();
      faults.unless(metrics != null, "metrics are missing");
      faults.unless(ttft != null || itl != null, "liveTtftP99 or liveItlP99 is missing");
      faults.unless(isSound(ttft), "liveTtftP99 must be above 0, as a factor above 1");
      faults.unless(isSound(itl), "liveItlP99 must be above 0, as a factor above 1");
      faults.unless(max >= 1, "max must be at least 1, is " + max);
      faults.unless(
          min >= 0 && min <= max, "min must be from 0 to max (%d), is %d".formatted(max, min));
      faults.unless(
          fallback >= 0 && fallback <= max, "fallback must be from 0 to max, is " + fallback);
      faults.unless(waste >= 0 && waste <= 1, "waste must be from 0 to 1, is " + waste);
      faults.unless(!learn.isNegative(), "learn must not be negative, is " + learn);
      faults.raise();
      return new SloGate(this);
    }

    private static boolean isSound(@Nullable Allowance allowance) {
      return allowance == null || allowance.seconds() > 0 || allowance.factor() > 1;
    }
  }
}
