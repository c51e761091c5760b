package io.batchprocessor.gate;

/**
 * How much of something is in use.
 *
 * @param saturation the share in use; 1 is full, more is possible
 * @param capacity how many requests are full; not a number if that is not known
 */
record Load(double saturation, double capacity) {

  /** What is left of differences of decimal fractions that are equal. */
  static final double ROUNDING = 1e-9;

  /** A share of what nobody knows the size of. */
  static Load ofShare(double saturation) {
    return new Load(saturation, Double.NaN);
  }

  /** So many requests, of so many. With room for none it is full. */
  static Load of(double requests, double capacity) {
    return new Load(capacity > 0 ? requests / capacity : 1, Math.max(0, capacity));
  }

  /**
   * The share that is left when some is kept free, from 0 to 1.
   *
   * @param baseline the share that is kept free
   */
  double budget(double baseline) {
    double left = 1 - saturation - baseline;
    return left < ROUNDING ? 0 : Math.min(1, left);
  }
}
