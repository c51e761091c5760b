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

  /** What one live request beyond the allowance costs, as a logarithm. */
  private static final double GAIN = 0.01;

  /** At first it moves faster by this factor; after so many live requests, by half of it. */
  private static final double FIRST_HASTE = 5;

  private static final double HASTE_REQUESTS = 2_000;

  /** Below this share of live traffic nothing of ours goes but in its emptiest moments. */
  private static final double LEAST = 0.6;

  private static final double FORGET_SECONDS = 1_800;

  /** No reading stands for longer than that, however long there was no other. */
  private static final double LONGEST_SECONDS = 60;

  private static final double FIRST = 1.2;

  /** Of ours, beside what live traffic takes. */
  private static final double AT_FIRST = 4;

  /** After so long without a live request nobody feels anything. */
  private static final double QUIET_SECONDS = 5;

  /** Then each second counts as 20 live requests within their allowance: minutes, not hours. */
  private static final double QUIET_EARNS = 0.2;

  private final double most;
  private double logLimit = Double.NaN;
  private double meanLive = Double.NaN;
  private double seconds;
  private double seen;
  private double quietSeconds;

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
    double counted = Math.min(forSeconds, LONGEST_SECONDS);
    seconds += counted;
    double weight = seconds > 0 ? counted / Math.min(seconds, FORGET_SECONDS) : 1;
    meanLive = Double.isNaN(meanLive) ? requests : meanLive + weight * (requests - meanLive);
  }

  /**
   * So many live requests came, and left so much of their allowance, in requests.
   *
   * @param quiet whether none came, and none was there
   */
  void left(double requests, double came, boolean quiet, double forSeconds) {
    seen += came;
    double counted = Math.min(forSeconds, LONGEST_SECONDS);
    quietSeconds = quiet ? quietSeconds + counted : 0;
    double earned = quietSeconds >= QUIET_SECONDS ? QUIET_EARNS * counted : requests;
    double gain = GAIN * Math.max(1, FIRST_HASTE / (1 + seen / HASTE_REQUESTS));
    double lowest = Math.log(AT_FIRST + LEAST * meanLive);
    double highest = Math.log(meanLive + most);
    logLimit = Math.max(lowest, Math.min(Math.max(lowest, highest), current() + gain * earned));
  }

  private double current() {
    return Double.isNaN(logLimit) ? Math.log(AT_FIRST + FIRST * meanLive) : logLimit;
  }

  /** The limit; 0 while nothing is known of live traffic. */
  double get() {
    return Double.isNaN(meanLive) ? 0 : Math.exp(current());
  }
}
