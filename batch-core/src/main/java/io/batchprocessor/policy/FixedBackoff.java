package io.batchprocessor.policy;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The same delay after each attempt, for gateways that say when to come back, or for tests. A crowd
 * that was shed together comes back together, unless some jitter is asked for: {@link
 * ExponentialBackoff} is the better choice for most.
 *
 * <p>Immutable and safe for use by several threads. Known to configurations as {@code fixed}.
 */
public final class FixedBackoff implements BackoffStrategy {

  static final Duration DEFAULT_DELAY = Duration.ofSeconds(2);
  static final Jitter DEFAULT_JITTER = Jitter.NONE;

  private final Duration delay;
  private final Jitter jitter;
  private final Supplier<? extends RandomGenerator> random;

  private FixedBackoff(Duration delay, Jitter jitter, Supplier<? extends RandomGenerator> random) {
    this.delay = DurationRange.FROM_ZERO.require("delay", delay);
    this.jitter = Objects.requireNonNull(jitter, "jitter");
    this.random = Objects.requireNonNull(random, "random");
  }

  /**
   * Exactly this delay.
   *
   * @param delay 0 to 365 days
   * @throws IllegalArgumentException if it is out of range
   */
  public static FixedBackoff of(Duration delay) {
    return of(delay, DEFAULT_JITTER, ThreadLocalRandom::current);
  }

  /**
   * This delay, part of it left to chance.
   *
   * @param delay 0 to 365 days
   * @param jitter how much is left to chance
   * @param random asked once for each delay, by the thread that needs it, and so by several at
   *     once: what it returns is used by that thread, for that delay; {@code
   *     ThreadLocalRandom::current} is one
   * @throws IllegalArgumentException if the delay is out of range
   */
  public static FixedBackoff of(
      Duration delay, Jitter jitter, Supplier<? extends RandomGenerator> random) {
    return new FixedBackoff(delay, jitter, random);
  }

  /** The same for each context, but for jitter. */
  @Override
  public Duration delay(RetryContext context) {
    return Duration.ofNanos(jitter.apply(delay.toNanos(), random.get()));
  }

  /** The delay before jitter. */
  public Duration delay() {
    return delay;
  }

  /** How much is left to chance. */
  public Jitter jitter() {
    return jitter;
  }

  /** Delay and jitter. */
  @Override
  public String toString() {
    return "FixedBackoff(delay=%s, jitter=%s)".formatted(DurationRange.text(delay), jitter);
  }
}
