package io.batchprocessor.examples.harvest;

import java.util.random.RandomGenerator;

/** How long prompts and answers are. Both mixes have the same means: 512 and 128 tokens. */
enum TokenMix {

  /** Every request the same. */
  UNIFORM {
    @Override
    Arrival arrival(long atNanos, RandomGenerator random) {
      return new Arrival(atNanos, MEAN_PROMPT, MEAN_ANSWER);
    }
  },

  /**
   * Lognormal prompts (median 256, σ 1.18) and answers (median 96, σ 0.76), cut at 8,192 and 1,024:
   * long tails to the right, as in the published traces of production services (Patel et al.,
   * "Splitwise: Efficient Generative LLM Inference Using Phase Splitting", ISCA 2024, figure 3, and
   * the Azure LLM inference trace of 2023).
   */
  LONG_TAILED {
    @Override
    Arrival arrival(long atNanos, RandomGenerator random) {
      return new Arrival(
          atNanos,
          logNormal(256, 1.18, MAX_PROMPT, random),
          logNormal(96, 0.76, MAX_ANSWER, random));
    }
  };

  static final int MEAN_PROMPT = 512;
  static final int MEAN_ANSWER = 128;
  private static final int MAX_PROMPT = 8_192;
  private static final int MAX_ANSWER = 1_024;

  abstract Arrival arrival(long atNanos, RandomGenerator random);

  private static int logNormal(double median, double sigma, int most, RandomGenerator random) {
    double drawn = median * Math.exp(sigma * random.nextGaussian());
    return (int) Math.max(1, Math.min(most, Math.round(drawn)));
  }
}
