package io.batchprocessor.gate;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What live traffic may feel at its 99th percentile: a time, or a factor of what it is alone.
 *
 * @param seconds the time; 0 if it is a factor
 * @param factor the factor, above 1; 0 if it is a time
 */
record Allowance(double seconds, double factor) {

  static final double QUANTILE = 0.99;

  /**
   * Kept in hand of a factor, because the buckets of a histogram hide by some per cent what live
   * traffic is alone; of a small factor at most a quarter.
   */
  private static final double RESERVE = 0.04;

  /** Fewer live requests say nothing of their 99th percentile. */
  private static final double FEWEST = 200;

  static Allowance of(Duration time) {
    return new Allowance(time.toNanos() / 1e9, 0);
  }

  static Allowance timesAlone(double factor) {
    return new Allowance(0, factor);
  }

  /**
   * Reads {@code 250ms}, {@code 2s} or {@code 1.25x}.
   *
   * @throws IllegalArgumentException saying what would be right
   */
  static Allowance parse(String text) {
    String stripped = text.strip();
    try {
      if (stripped.endsWith("x")) {
        return checked(timesAlone(number(stripped, 1)));
      }
      if (stripped.endsWith("ms")) {
        return checked(new Allowance(number(stripped, 2) / 1e3, 0));
      }
      if (stripped.endsWith("s")) {
        return checked(new Allowance(number(stripped, 1), 0));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(HOW, e);
    }
    throw new IllegalArgumentException(HOW);
  }

  private static final String HOW = "must be a time such as 250ms or a factor such as 1.25x";

  private static double number(String text, int unit) {
    return Double.parseDouble(text.substring(0, text.length() - unit));
  }

  static boolean isValid(String text) {
    try {
      parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Allowance checked(Allowance read) {
    boolean isTime = read.seconds > 0 && read.seconds <= 3600;
    boolean isFactor = read.factor > 1 && read.factor <= 100;
    if (!isTime && !isFactor) {
      throw new IllegalArgumentException(HOW);
    }
    return read;
  }

  boolean isFactor() {
    return factor > 0;
  }

  private double reserve() {
    return Math.min(RESERVE, (factor - 1) / 4);
  }

  /** How many more latencies of live traffic alone are needed to know the time it comes to. */
  double missing(double alone) {
    return isFactor() ? Math.max(0, FEWEST - alone) : 0;
  }

  /** The time it comes to, in seconds; empty while too little is known of live traffic alone. */
  OptionalDouble target(LatencyCounts alone) {
    if (!isFactor()) {
      return OptionalDouble.of(seconds);
    }
    return missing(alone.count()) > 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(alone.quantile(QUANTILE) * (factor - reserve()));
  }
}
