package io.batchprocessor.examples.gateway;

/**
 * One request inside the engine: so many prompt tokens to prefill, then so many tokens to generate.
 * Belongs to one {@link ContinuousBatch}, and to whichever thread drives that.
 */
public final class Sequence {

  /** A moment that has not come. */
  private static final long NOT_YET = -1;

  private final int priority;
  private final int promptTokens;
  private final int maxTokens;

  private long ticket;
  private long arrivedNanos = NOT_YET;
  private long scheduledNanos = NOT_YET;
  private long firstTokenNanos = NOT_YET;
  private long lastTokenNanos = NOT_YET;
  private int prefilledTokens;
  private int generatedTokens;
  private int plannedTokens;

  /**
   * A sequence that no engine has seen yet.
   *
   * @param priority higher goes first; 0 is the usual, below 0 is what can wait
   * @param promptTokens tokens to prefill; at least 1
   * @param maxTokens tokens to generate; at least 1; the simulated model never stops earlier
   */
  public Sequence(int priority, int promptTokens, int maxTokens) {
    if (promptTokens < 1 || maxTokens < 1) {
      throw new IllegalArgumentException(
          "promptTokens and maxTokens must be at least 1, were %d and %d"
              .formatted(promptTokens, maxTokens));
    }
    this.priority = priority;
    this.promptTokens = promptTokens;
    this.maxTokens = maxTokens;
  }

  /** Its priority: higher goes first. */
  public int priority() {
    return priority;
  }

  /** Whether it can wait: its priority is below 0. */
  boolean isDeferrable() {
    return priority < 0;
  }

  /** Tokens of its prompt. */
  public int promptTokens() {
    return promptTokens;
  }

  /** Tokens that it will have generated when it is finished. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Tokens that it has generated. */
  public int generatedTokens() {
    return generatedTokens;
  }

  /** When it was offered, in the engine's nanoseconds. */
  public long arrivedNanos() {
    return arrivedNanos;
  }

  /** When it got its slot, in the engine's nanoseconds; negative before that. */
  public long scheduledNanos() {
    return scheduledNanos;
  }

  /** When it had its first token, in the engine's nanoseconds; negative before that. */
  public long firstTokenNanos() {
    return firstTokenNanos;
  }

  void arrive(long newTicket, long nowNanos) {
    if (arrivedNanos != NOT_YET) {
      throw new IllegalStateException("this sequence was offered before");
    }
    ticket = newTicket;
    arrivedNanos = nowNanos;
  }

  void schedule(long nowNanos) {
    scheduledNanos = nowNanos;
  }

  /** Plans the coming step within a budget of tokens, and tells how many it will compute. */
  int plan(int budget) {
    int needed = isDecoding() ? 1 : promptTokens - prefilledTokens;
    plannedTokens = Math.min(needed, budget);
    return plannedTokens;
  }

  /** Ends the planned step; true if the step gave it its first token. */
  boolean step(long nowNanos) {
    if (plannedTokens == 0) {
      return false;
    }
    if (isDecoding()) {
      generatedTokens++;
      lastTokenNanos = nowNanos;
      return false;
    }
    prefilledTokens += plannedTokens;
    if (!isDecoding()) {
      return false;
    }
    generatedTokens = 1;
    firstTokenNanos = nowNanos;
    lastTokenNanos = nowNanos;
    return true;
  }

  /** The prompt is prefilled: every step from here gives one token. */
  boolean isDecoding() {
    return prefilledTokens == promptTokens;
  }

  boolean isFinished() {
    return generatedTokens == maxTokens;
  }

  long lastTokenNanos() {
    return lastTokenNanos;
  }

  long ticket() {
    return ticket;
  }

  int plannedTokens() {
    return plannedTokens;
  }

  /** Tokens that were computed for it, whose keys and values it keeps. */
  public int contextTokens() {
    return prefilledTokens + generatedTokens;
  }

  /** Tokens whose keys and values it will keep at its end. */
  long reservedTokens() {
    return (long) promptTokens + maxTokens;
  }
}
