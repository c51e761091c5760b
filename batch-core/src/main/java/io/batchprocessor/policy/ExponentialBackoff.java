package io.batchprocessor.policy;

import static io.batchprocessor.policy.DurationRange.FROM_ONE_MILLI;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Doubles the delay with each failed attempt, up to a cap, and leaves part of it to chance.
 *
 * <p>Before jitter, the delay after attempt {@code a} is {@code min(cap, base · 2^(a-1))}: 2, 4, 8,
 * 16, 32, 60, 60, … seconds by default. Formulas of the delay and of each {@link Jitter} are those
 * of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), whose attempts count
 * from 0 where ours count from 1. Its measurements are why {@link Jitter#FULL} is the default: of
 * those compared it needs the fewest calls until all clients are through.
 *
 * <p>Immutable and safe for use by several threads. Known to configurations as {@code exponential}.
 *
 * <pre>{@code
 * BackoffStrategy backoff =
 *     ExponentialBackoff.builder().base(Duration.ofSeconds(1)).cap(Duration.ofMinutes(5)).build();
 * }</pre>
 */
public final class ExponentialBackoff implements BackoffStrategy {

  static final Duration DEFAULT_BASE = Duration.ofSeconds(2);
  static final Duration DEFAULT_CAP = Duration.ofSeconds(60);
  static final Jitter DEFAULT_JITTER = Jitter.FULL;

  private final Duration base;
  private final Duration cap;
  private final Jitter jitter;
  private final Supplier<? extends RandomGenerator> random;

  private ExponentialBackoff(Builder builder) {
    this.base = builder.base;
    this.cap = builder.cap;
    this.jitter = builder.jitter;
    this.random = builder.random;
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Between nothing and the cap.
   *
   * @throws IllegalArgumentException if the attempt is less than 1
   */
  @Override
  public Duration delay(RetryContext context) {
    return Duration.ofNanos(jitter.apply(delayNanosBeforeJitter(context.attempt()), random.get()));
  }

  private long delayNanosBeforeJitter(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt must be at least 1, is " + attempt);
    }
    long baseNanos = base.toNanos();
    long capNanos = cap.toNanos();
    int doublings = Math.min(attempt - 1, Long.SIZE - 2);
    // Compared by halving the cap, because doubling the base may overflow.
    return baseNanos > capNanos >> doublings ? capNanos : baseNanos << doublings;
  }

  /** The delay after the first attempt, before jitter. */
  public Duration base() {
    return base;
  }

  /** The longest delay. */
  public Duration cap() {
    return cap;
  }

  /** How much is left to chance. */
  public Jitter jitter() {
    return jitter;
  }

  /** Base, cap and jitter. */
  @Override
  public String toString() {
    return "ExponentialBackoff(base=%s, cap=%s, jitter=%s)"
        .formatted(DurationRange.text(base), DurationRange.text(cap), jitter);
  }

  /** Collects the values of an {@link ExponentialBackoff}; for one thread. */
  public static final class Builder {

    private Duration base = DEFAULT_BASE;
    private Duration cap = DEFAULT_CAP;
    private Jitter jitter = DEFAULT_JITTER;
    private Supplier<? extends RandomGenerator> random = ThreadLocalRandom::current;

    private Builder() {}

    /** The delay after the first attempt, before jitter; 1 ms to the cap, default 2 s. */
    public Builder base(Duration base) {
      this.base = Objects.requireNonNull(base, "base");
      return this;
    }

    /** The longest delay; from the base to 365 days, default 60 s. */
    public Builder cap(Duration cap) {
      this.cap = Objects.requireNonNull(cap, "cap");
      return this;
    }

    /** How much is left to chance; default {@link Jitter#FULL}. */
    public Builder jitter(Jitter jitter) {
      this.jitter = Objects.requireNonNull(jitter, "jitter");
      return this;
    }

    /**
     * Where random numbers come from; default {@link ThreadLocalRandom#current}.
     *
     * @param random asked once for each delay, by the thread that needs it, and so by several at
     *     once: what it returns is used by that thread, for that delay
     */
    public Builder random(Supplier<? extends RandomGenerator> random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * The strategy.
     *
     * @throws IllegalArgumentException with every value that is out of range
     */
    public ExponentialBackoff build() {
      Optional<String> order =
          base.compareTo(cap) <= 0
              ? Optional.empty()
              : Optional.of(
                  "base must be at most cap (%s), is %s"
                      .formatted(DurationRange.text(cap), DurationRange.text(base)));
      String faults =
          Stream.of(FROM_ONE_MILLI.fault("base", base), FROM_ONE_MILLI.fault("cap", cap), order)
              .flatMap(Optional::stream)
              .collect(Collectors.joining("; "));
      if (!faults.isEmpty()) {
        throw new IllegalArgumentException(faults);
      }
      return new ExponentialBackoff(this);
    }
  }
}
