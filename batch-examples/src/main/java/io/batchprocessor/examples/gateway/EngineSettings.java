package io.batchprocessor.examples.gateway;

import java.util.Objects;

/**
 * The limits and costs of one simulated engine.
 *
 * @param costs how long a step takes
 * @param slots the most sequences in a batch (vLLM's {@code max_num_seqs}); at least 1
 * @param batchedTokens the most tokens computed in one step, prefill and decode together (vLLM's
 *     {@code max_num_batched_tokens}): a longer prompt is prefilled in several steps; at least
 *     {@code slots}, so that prefill never starves decoding
 * @param kvCacheTokens how many tokens' keys and values fit into memory; at least {@code
 *     modelTokens}
 * @param modelTokens the most tokens of one sequence, prompt and answer (vLLM's {@code
 *     max_model_len}); at least 2
 * @param queueLimit how many sequences may wait for a slot; 0 or more
 * @param scheduling who of them is next
 * @param prefill how prompts and answers share the steps
 */
public record EngineSettings(
    StepCosts costs,
    int slots,
    int batchedTokens,
    int kvCacheTokens,
    int modelTokens,
    int queueLimit,
    Scheduling scheduling,
    Prefill prefill) {

  /** Who of the waiting sequences is next (vLLM's {@code scheduling-policy}). */
  public enum Scheduling {
    /** The highest priority; within one priority the one that came first. */
    PRIORITY,
    /** The one that came first. */
    FCFS
  }

  /** How prompts and answers share the steps. */
  public enum Prefill {
    /** Prompts are cut to fit and computed beside decodes, as vLLM does by default since V1. */
    CHUNKED,
    /**
     * A prompt is computed whole, in a step without decodes that goes before them, as in vLLM V0
     * without {@code enable_chunked_prefill}: what decodes stalls meanwhile.
     */
    WHOLE
  }

  /** BLIS's {@code total_kv_blocks} for Llama 3.1 8B on one 80 GB accelerator, × 16 tokens each. */
  private static final int LLAMA_8B_KV_TOKENS = 29_205 * 16;

  private static final int DEFAULT_MODEL_TOKENS = 32_768;
  private static final int DEFAULT_QUEUE_LIMIT = 1_024;

  /** Refuses limits out of bounds. */
  public EngineSettings {
    Objects.requireNonNull(costs, "costs");
    Objects.requireNonNull(scheduling, "scheduling");
    Objects.requireNonNull(prefill, "prefill");
    requireAtLeast("slots", slots, 1);
    requireAtLeast("batchedTokens", batchedTokens, slots);
    requireAtLeast("modelTokens", modelTokens, 2);
    requireAtLeast("kvCacheTokens", kvCacheTokens, modelTokens);
    requireAtLeast("queueLimit", queueLimit, 0);
  }

  /** Limits and costs of an engine with chunked prefill. */
  public EngineSettings(
      StepCosts costs,
      int slots,
      int batchedTokens,
      int kvCacheTokens,
      int modelTokens,
      int queueLimit,
      Scheduling scheduling) {
    this(
        costs,
        slots,
        batchedTokens,
        kvCacheTokens,
        modelTokens,
        queueLimit,
        scheduling,
        Prefill.CHUNKED);
  }

  /** The same engine with another order of the queue. */
  public EngineSettings withScheduling(Scheduling other) {
    return new EngineSettings(
        costs, slots, batchedTokens, kvCacheTokens, modelTokens, queueLimit, other, prefill);
  }

  /** The same engine with another way to prefill. */
  public EngineSettings withPrefill(Prefill other) {
    return new EngineSettings(
        costs, slots, batchedTokens, kvCacheTokens, modelTokens, queueLimit, scheduling, other);
  }

  /**
   * Llama 3.1 8B on one H100, with the limits that vLLM chooses there for its API server: 1,024
   * sequences and 8,192 tokens a step ({@code vllm/engine/arg_utils.py}, defaults by device
   * memory).
   */
  public static EngineSettings h100() {
    return preset(StepCosts.h100(), 1_024, 8_192);
  }

  /**
   * Llama 3.1 8B on one A100 with 80 GB, with the limits that vLLM chooses there for its API
   * server: 256 sequences and 2,048 tokens a step.
   */
  public static EngineSettings a100() {
    return preset(StepCosts.a100(), 256, 2_048);
  }

  private static EngineSettings preset(StepCosts costs, int slots, int batchedTokens) {
    return new EngineSettings(
        costs,
        slots,
        batchedTokens,
        LLAMA_8B_KV_TOKENS,
        DEFAULT_MODEL_TOKENS,
        DEFAULT_QUEUE_LIMIT,
        Scheduling.PRIORITY);
  }

  private static void requireAtLeast(String name, int value, int bound) {
    if (value < bound) {
      throw new IllegalArgumentException(name + " must be at least " + bound + ", was " + value);
    }
  }
}
