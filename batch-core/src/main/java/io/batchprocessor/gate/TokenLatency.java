package io.batchprocessor.gate;

/**
 * How long the gateway takes for each token, lately and when hardly anything of ours is there. Not
 * thread-safe.
 */
final class TokenLatency {

  /** Answers that the recent mean looks back on, about. */
  private static final int MEMORY = 20;

  /** Answers that make a base. */
  private static final int BASE_ANSWERS = 4;

  /** A base is the mean of so many: the load of half an hour counts, not that of a moment. */
  private static final int MEMORY_OF_BASES = 6;

  private double recent;
  private double seconds;
  private double base = Double.NaN;
  private double probed;
  private int probes;
  private int bases;

  /**
   * An answer came.
   *
   * @param tookSeconds from dispatch to the end of the answer
   * @param tokens of the answer, or what else its length is counted in; at least 1
   */
  void answered(double tookSeconds, double tokens) {
    double perToken = tookSeconds / tokens;
    seconds += seconds == 0 ? tookSeconds : (tookSeconds - seconds) / MEMORY;
    recent += recent == 0 ? perToken : (perToken - recent) / MEMORY;
  }

  /** The same, of a request that hardly met another of ours. */
  void probed(double tookSeconds, double tokens) {
    probed += tookSeconds / tokens;
    probes++;
    if (probes == BASE_ANSWERS) {
      double found = probed / probes;
      bases = Math.min(bases + 1, MEMORY_OF_BASES);
      base = bases == 1 ? found : base + (found - base) / bases;
      recent = found;
    }
  }

  /** What is known is old: the base is found anew. */
  void probeAgain() {
    probed = 0;
    probes = 0;
  }

  boolean isProbing() {
    return probes < BASE_ANSWERS;
  }

  /** How much longer a token takes lately than with hardly anything of ours; 1: no longer. */
  double ratio() {
    return recent == 0 || Double.isNaN(base) ? 1 : recent / base;
  }

  /** How long an answer takes lately, in seconds; 0 before the first. */
  double answerSeconds() {
    return seconds;
  }
}
