package io.batchprocessor.policy;

import java.util.random.RandomGenerator;

/**
 * How much of a delay is left to chance, so that requests that failed together do not come back
 * together. Names and formulas as in Marc Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
public enum Jitter {

  /** Anything from nothing to the whole delay: {@code random(0, delay)}. */
  FULL {
    @Override
    long apply(long delayNanos, RandomGenerator random) {
      return random.nextLong(delayNanos + 1);
    }
  },

  /** One half is certain, the other random: {@code delay/2 + random(0, delay/2)}. */
  EQUAL {
    @Override
    long apply(long delayNanos, RandomGenerator random) {
      // What does not divide by two goes to the certain half, so that it is one half at least.
      long randomHalf = delayNanos / 2;
      return delayNanos - randomHalf + random.nextLong(randomHalf + 1);
    }
  },

  /** Exactly the delay. */
  NONE {
    @Override
    long apply(long delayNanos, RandomGenerator random) {
      return delayNanos;
    }
  };

  /**
   * A delay between 0 and {@code delayNanos}, both included; {@code delayNanos} is not negative.
   */
  abstract long apply(long delayNanos, RandomGenerator random);
}
