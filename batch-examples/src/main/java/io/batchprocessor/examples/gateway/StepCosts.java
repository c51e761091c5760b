package io.batchprocessor.examples.gateway;

/**
 * How long one engine step takes, by what is in the batch: a constant for reading the weights, a
 * share for every prompt token that is prefilled, one for every sequence that decodes, and one for
 * every token of context whose keys and values those sequences read.
 *
 * <p>The linear form in prefill and decode tokens is that of BLIS, a simulator of vLLM's scheduler
 * (<a href="https://github.com/inference-sim/inference-sim">inference-sim</a>, {@code blis.md});
 * its {@code defaults.yaml} has coefficients fitted to vLLM 0.8.4 for many models and accelerators.
 * It has no term for the length of the context, which decides large batches: this one is added, as
 * the bytes to read by the data sheet's memory bandwidth (a lower bound). What is left out: the
 * quadratic part of attention in a prefill, prefix caching, speculative decoding.
 *
 * @param baseNanos time of a step with next to nothing in it, in nanoseconds; at least 1
 * @param prefillTokenNanos per prompt token prefilled in the step, in nanoseconds; 0 or more
 * @param decodeTokenNanos per sequence that decodes in the step, in nanoseconds; 0 or more
 * @param contextTokenNanos per token of context of those sequences, in nanoseconds; 0 or more
 */
public record StepCosts(
    long baseNanos, double prefillTokenNanos, double decodeTokenNanos, double contextTokenNanos) {

  /**
   * Bytes of keys and values that one token keeps in Llama 3.1 8B: 2 (keys and values) × 32 layers
   * × 8 key-value heads × 128 dimensions × 2 bytes (the model's published {@code config.json}).
   */
  private static final double LLAMA_8B_KV_BYTES = 2.0 * 32 * 8 * 128 * 2;

  /** Bytes per nanosecond: 3.35 TB/s, NVIDIA's data sheet of the H100 SXM5 with 80 GB. */
  private static final double H100_BYTES_PER_NANO = 3350;

  /** Bytes per nanosecond: 2.039 TB/s, NVIDIA's data sheet of the A100 SXM4 with 80 GB. */
  private static final double A100_BYTES_PER_NANO = 2039;

  /** Refuses costs that are negative, not finite, or a step that takes no time. */
  public StepCosts {
    if (baseNanos < 1) {
      throw new IllegalArgumentException("baseNanos must be at least 1, was " + baseNanos);
    }
    requireCost("prefillTokenNanos", prefillTokenNanos);
    requireCost("decodeTokenNanos", decodeTokenNanos);
    requireCost("contextTokenNanos", contextTokenNanos);
  }

  /**
   * Llama 3.1 8B in BF16 on one H100: BLIS's beta coefficients 5,752.7 µs, 17.25 µs and 6.00 µs,
   * and 39 ns per context token. A step of one sequence takes 5.76 ms; measured on this accelerator
   * with vLLM 0.21 were 6.48 ms (InferenceBench, concurrency sweep of May 2026).
   */
  public static StepCosts h100() {
    return new StepCosts(5_752_705, 17_250.9, 5_999.1, LLAMA_8B_KV_BYTES / H100_BYTES_PER_NANO);
  }

  /**
   * Llama 3.1 8B in BF16 on one A100 with 80 GB: BLIS's beta coefficients 16,441.5 µs, 47.84 µs and
   * 18.21 µs, and 64 ns per context token.
   */
  public static StepCosts a100() {
    return new StepCosts(16_441_532, 47_837.4, 18_205.6, LLAMA_8B_KV_BYTES / A100_BYTES_PER_NANO);
  }

  /**
   * The time of one step, in nanoseconds.
   *
   * @param prefillTokens prompt tokens prefilled in it
   * @param decodeTokens sequences that decode in it, one token each
   * @param contextTokens tokens of context of those sequences, together
   */
  public long stepNanos(int prefillTokens, int decodeTokens, long contextTokens) {
    return baseNanos
        + Math.round(
            prefillTokenNanos * prefillTokens
                + decodeTokenNanos * decodeTokens
                + contextTokenNanos * contextTokens);
  }

  private static void requireCost(String name, double nanos) {
    if (!Double.isFinite(nanos) || nanos < 0) {
      throw new IllegalArgumentException(name + " must be 0 or more, was " + nanos);
    }
  }
}
