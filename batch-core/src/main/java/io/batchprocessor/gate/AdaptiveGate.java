package io.batchprocessor.gate;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Verdict;
import io.batchprocessor.spi.YieldingGate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Finds the cracks by itself, from what the gateway answers and nothing else. The limit grows while
 * a token takes at most {@code tolerance} times as long as it does with hardly anything of ours in
 * the gateway, and shrinks beyond: before anything is shed. It halves at once, and once for all
 * that was in flight, when the gateway sheds, is not there, or asks to stay away; then it pauses,
 * ever longer while nothing is answered ({@link Pauses}); after several failures in a row only
 * probes go, ever more rarely, until one is answered.
 *
 * <p>Time is taken per token, because answers differ in length; where an answer does not tell its
 * tokens, its bytes count, against those of others that don't. What "hardly anything of ours" takes
 * is found anew every {@value #PROBE_MINUTES} minutes, or later where answers take long ({@link
 * Probing}), by a pause of a few answers, as BBR finds its shortest round trip (Cardwell et al.,
 * "BBR: Congestion-Based Congestion Control", ACM Queue 14, 2016): a minimum that is only
 * remembered would take the load that the gate itself makes for the gateway's own. Starts are
 * spread over the time that an answer takes. With {@code yield}, what was in flight when the limit
 * fell is taken back ({@link WasteBudget}).
 *
 * <p>Thread-safe. Known to configurations as {@code adaptive}.
 */
public final class AdaptiveGate implements YieldingGate {

  static final double DEFAULT_TOLERANCE = 1.5;
  static final long PROBE_MINUTES = 5;

  private static final Duration ASK_AGAIN = Duration.ofMillis(50);
  private static final double SHED_FACTOR = 0.5;

  /** Change of the limit for each answer and each whole that the ratio is off. */
  private static final double GAIN = 0.3;

  /** The limit wanders: only what is above it by more than so much is taken back. */
  private static final double YIELD_SLACK = 0.25;

  /** How long an answer takes is the mean of the last so many, about. */
  private static final int MEMORY = 20;

  /** Requests in flight that hardly feel each other. */
  private static final int PROBE_LIMIT = 2;

  private final int min;
  private final int max;
  private final double tolerance;
  private final boolean yields;
  private final SpacedStarts starts;
  private final LongSupplier ticker;
  private final TokenLatency perToken = new TokenLatency();
  private final TokenLatency perByte = new TokenLatency();
  private final Probing probing = new Probing(Duration.ofMinutes(PROBE_MINUTES));
  private final Pauses pauses;

  private double limit;
  private boolean grewOnly = true;
  private double answerSeconds;
  private double ratio = 1;

  private AdaptiveGate(Builder builder) {
    this.min = builder.min;
    this.max = builder.max;
    this.tolerance = builder.tolerance;
    this.yields = builder.yields;
    this.ticker = builder.ticker;
    this.limit = Math.max(min, PROBE_LIMIT);
    long now = ticker.getAsLong();
    this.starts = new SpacedStarts(this, builder.waste, now);
    this.pauses = new Pauses(now);
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String name() {
    return "adaptive";
  }

  @Override
  public synchronized Verdict tryAcquire(RequestView request) {
    long now = ticker.getAsLong();
    int room = room(now);
    long left = Math.max(pauses.leftNanos(now), starts.leftNanos(spacingNanos(room), now));
    if (starts.inFlight() >= room || left > 0) {
      return left > 0 && left < ASK_AGAIN.toNanos()
          ? new Verdict.Wait(Duration.ofNanos(left))
          : new Verdict.Wait(ASK_AGAIN);
    }
    boolean alone = probing.isOn() && starts.inFlight() < PROBE_LIMIT;
    return new Verdict.Go(
        starts.start(now, (outcome, startedNanos) -> ended(outcome, startedNanos, alone)));
  }

  private int room(long now) {
    if (pauses.isOpen()) {
      return 1;
    }
    if (probing.begins(now)) {
      perToken.probeAgain();
      perByte.probeAgain();
    }
    return probing.isOn() ? Math.min(PROBE_LIMIT, max) : (int) limit;
  }

  /** Evenly over the time that an answer takes, so that starts do not come in bursts. */
  private long spacingNanos(int room) {
    return starts.inFlight() < min ? 0 : (long) (0.9 * startsEveryNanos(room));
  }

  private long startsEveryNanos(double inFlightThen) {
    return (long) (answerSeconds / Math.max(1, inFlightThen) * 1e9);
  }

  private void ended(AttemptOutcome outcome, long startedNanos, boolean alone) {
    long now = ticker.getAsLong();
    switch (outcome.kind()) {
      case SUCCEEDED -> succeeded(outcome, now, alone);
      case SHED -> backOffIf(pauses.shed(outcome, startedNanos, now, startsEveryNanos(limit)));
      case FAILED -> backOffIf(pauses.failed(outcome, startedNanos, now));
      case REFUSED -> pauses.refused();
      case ABORTED -> {}
    }
  }

  /** Once for everything that was under way when it happened. */
  private void backOffIf(boolean isNew) {
    if (isNew) {
      grewOnly = false;
      limit = Math.max(min, limit * SHED_FACTOR);
    }
  }

  private void succeeded(AttemptOutcome outcome, long now, boolean alone) {
    pauses.succeeded();
    double seconds = outcome.latency().toNanos() / 1e9;
    answerSeconds += answerSeconds == 0 ? seconds : (seconds - answerSeconds) / MEMORY;
    InferenceResponse response = outcome.response();
    Bytes body = response == null ? Bytes.EMPTY : response.body();
    int tokens = AnswerTokens.of(body);
    if (tokens > 0) {
      answered(perToken, tokens, seconds, now, alone);
    } else {
      answered(perByte, Math.max(1, body.length()), seconds, now, alone);
    }
  }

  /** Each answer counts beside those whose length is counted as its own is. */
  private void answered(
      TokenLatency latency, double length, double seconds, long now, boolean alone) {
    latency.answered(seconds, length);
    if (!probing.isOn()) {
      adapt(latency.ratio());
      return;
    }
    probing.answered(seconds, alone ? 1.0 / PROBE_LIMIT : 0);
    if (alone) {
      latency.probed(seconds, length);
    }
    if (!latency.isProbing()) {
      probing.ends(now);
    }
  }

  private void adapt(double found) {
    if (Double.isNaN(found)) {
      return;
    }
    ratio = found;
    double off = tolerance - ratio;
    grewOnly &= off > 0;
    // Until it first reached its place, it doubles with each round of answers.
    double change = grewOnly ? 1 : GAIN * Math.max(-1, Math.min(1, off));
    // A limit that is not used says nothing about more.
    boolean used = starts.inFlight() + 1 >= limit / 2;
    limit = change < 0 || used ? Math.max(min, Math.min(max, limit + change)) : limit;
  }

  @Override
  public synchronized int excess() {
    boolean shrank = starts.inFlight() > limit * (1 + YIELD_SLACK);
    return yields && shrank && !probing.isOn()
        ? starts.affordable(starts.inFlight() - (int) limit, ticker.getAsLong())
        : 0;
  }

  /** The share that is free, but never less than that of one: full is not closed. */
  @Override
  public synchronized double budget() {
    long now = ticker.getAsLong();
    boolean probed = pauses.isOpen() && starts.inFlight() > 0;
    return pauses.leftNanos(now) > 0 || probed || excess() > 0
        ? 0
        : Math.min(1, Math.max(1.0, room(now) - starts.inFlight()) / max);
  }

  @Override
  public synchronized Map<String, Double> measurements() {
    return Map.of(
        "limit",
        (double) room(ticker.getAsLong()),
        "in_flight",
        (double) starts.inFlight(),
        "latency_ratio",
        ratio,
        "circuit_open",
        pauses.isOpen() ? 1.0 : 0.0,
        "wasted_share",
        starts.wastedShare());
  }

  /** Collects the values of an {@link AdaptiveGate}; for one thread. */
  public static final class Builder {

    private int min = 1;
    private int max = 256;
    private double tolerance = DEFAULT_TOLERANCE;
    private boolean yields;
    private double waste = WasteBudget.DEFAULT_SHARE;
    private LongSupplier ticker = System::nanoTime;

    private Builder() {}

    /** The fewest requests in flight while the gateway answers, at least 1; default 1. */
    public Builder min(int value) {
      min = value;
      return this;
    }

    /** The most requests in flight, at least the minimum; default 256. */
    public Builder max(int value) {
      max = value;
      return this;
    }

    /** How much longer a token may take because of ours, as a factor above 1; default 1.5. */
    public Builder tolerance(double value) {
      tolerance = value;
      return this;
    }

    /** Whether requests in flight are taken back when the limit falls; default no. */
    public Builder yields(boolean value) {
      yields = value;
      return this;
    }

    /** The share of the work that may be thrown away by that, from 0 to 1; default 0.05. */
    public Builder waste(double value) {
      waste = value;
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
     * @throws IllegalArgumentException with every value that is out of range
     */
    public AdaptiveGate build() {
      Faults faults = new Faults();
      faults.unless(min >= 1, "min must be at least 1, is " + min);
      faults.unless(max >= min, "max must be at least min (%d), is %d".formatted(min, max));
      faults.unless(
          tolerance > 1 && tolerance <= 100,
          "tolerance must be above 1 and at most 100, is " + tolerance);
      faults.unless(waste >= 0 && waste <= 1, "waste must be from 0 to 1, is " + waste);
      faults.raise();
      return new AdaptiveGate(this);
    }
  }
}
