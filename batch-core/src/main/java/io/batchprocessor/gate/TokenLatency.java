package io.batchprocessor.gate;

/**
 * How long the gateway takes for each token, or what else the length of answers is counted in,
 * lately and when hardly anything of ours is there. Not thread-safe.
 */
final class TokenLatency {

  /** Answers that the recent mean looks back on, about. */
  private static final int MEMORY = 20;

  /** Answers that make a base. */
  private static final int BASE_ANSWERS = 4;

  /** A base is the mean of so many: the load of half an hour counts, not that of a moment. */
  private static final int MEMORY_OF_BASES = 6;

  private double recentSeconds;
  private double recentTokens;
  private double base = Double.NaN;
  private double probedSeconds;
  private double probedTokens;
  private int probes;
  private int bases;

  /**
   * An answer came.
   *
   * @param tookSeconds from dispatch to the end of the answer
   * @param tokens of the answer, or what else its length is counted in; at least 1
   */
  void answered(double tookSeconds, double tokens) {
    double weight = recentTokens == 0 ? 1 : 1.0 / MEMORY;
    recentSeconds += weight * (tookSeconds - recentSeconds);
    recentTokens += weight * (tokens - recentTokens);
  }

  /** The same, of a request that hardly met another of ours. */
  void probed(double tookSeconds, double tokens) {
    probedSeconds += tookSeconds;
    probedTokens += tokens;
    probes++;
    if (probes == BASE_ANSWERS) {
      double found = probedSeconds / probedTokens;
      bases = Math.min(bases + 1, MEMORY_OF_BASES);
      base = bases == 1 ? found : base + (found - base) / bases;
      recentSeconds = probedSeconds / probes;
      recentTokens = probedTokens / probes;
    }
  }

  /** What is known is old: the base is found anew. What did not suffice for one still counts. */
  void probeAgain() {
    if (!isProbing()) {
      probedSeconds = 0;
      probedTokens = 0;
      probes = 0;
    }
  }

  boolean isProbing() {
    return probes < BASE_ANSWERS;
  }

  /**
   * How much longer a token takes lately than with hardly anything of ours; 1: no longer; not a
   * number while that is not known.
   */
  double ratio() {
    return recentSeconds / recentTokens / base;
  }
}
