package io.batchprocessor.gate;

/**
 * How many requests may be in the engine, live and ours together, so that live traffic spends its
 * allowance and no more. Every live request within the allowance lets the limit grow a little, one
 * beyond it shrinks it by as much as 99 of the others gained, so that in the long run one in a
 * hundred is beyond, whatever the distribution (the online update of Gibbs and Candès, "Adaptive
 * Conformal Inference Under Distribution Shift", NeurIPS 2021, on a logarithmic scale). Not
 * thread-safe.
 */
final class EngineLimit {

  /**
   * What one live request beyond the allowance costs, as a logarithm. The limit then wanders by
   * about a tenth.
   */
  private static final double GAIN = 0.02;

  /** At first it moves faster by this factor; after so many live requests, by half of it. */
  private static final double FIRST_HASTE = 5;

  private static final double HASTE_REQUESTS = 2_000;

  /** Below this share of live traffic itself nothing of ours goes anyway: no need to go lower. */
  private static final double LEAST = 0.8;

  private static final double FORGET_SECONDS = 1_800;
  private static final double FIRST = 1.2;

  private final double most;
  private double logLimit = Double.NaN;
  private double meanLive = Double.NaN;
  private double seconds;
  private double seen;

  /**
   * A limit that starts where live traffic alone is.
   *
   * @param ours the most of ours
   */
  EngineLimit(double ours) {
    this.most = 2 * ours;
  }

  /** So many live requests were in the engine for so long. */
  void live(double requests, double forSeconds) {
    seconds += forSeconds;
    double weight = forSeconds / Math.min(seconds, FORGET_SECONDS);
    meanLive = Double.isNaN(meanLive) ? requests : meanLive + weight * (requests - meanLive);
  }

  /** So many live requests came, and left so much of their allowance, in requests. */
  void left(double requests, double came) {
    seen += came;
    double gain = GAIN * Math.max(1, FIRST_HASTE / (1 + seen / HASTE_REQUESTS));
    double lowest = Math.log(1 + LEAST * meanLive);
    double highest = Math.log(1 + meanLive + most);
    double current = Double.isNaN(logLimit) ? Math.log(1 + FIRST * meanLive) : logLimit;
    logLimit = Math.max(lowest, Math.min(highest, current + gain * requests));
  }

  /** The limit. */
  double get() {
    return Double.isNaN(meanLive) ? 0 : Math.exp(Double.isNaN(logLimit) ? 0 : logLimit);
  }
}
