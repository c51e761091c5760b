package io.batchprocessor.policy;

import io.batchprocessor.spi.Setting;
import java.time.Duration;
import java.util.Optional;

/**
 * The range of a duration, one for code and for configurations; both ends included.
 *
 * @param least the least value
 * @param most the greatest value
 */
record DurationRange(Duration least, Duration most) {

  private static final long SECONDS_PER_DAY = Duration.ofDays(1).toSeconds();
  private static final long NANOS_PER_MILLI = Duration.ofMillis(1).toNanos();

  /** A delay or period above a year is taken for a mistake; below it, nanoseconds fit a long. */
  private static final Duration YEAR = Duration.ofDays(365);

  static final DurationRange FROM_ZERO = new DurationRange(Duration.ZERO, YEAR);
  static final DurationRange FROM_ONE_MILLI = new DurationRange(Duration.ofMillis(1), YEAR);

  boolean contains(Duration value) {
    return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
  }

  /** What is wrong with a value; empty if nothing is. */
  Optional<String> fault(String name, Duration value) {
    return contains(value)
        ? Optional.empty()
        : Optional.of("%s must be %s, is %s".formatted(name, this, text(value)));
  }

  /**
   * The value, if it is in range.
   *
   * @throws IllegalArgumentException with name, range and value
   */
  Duration require(String name, Duration value) {
    fault(name, value)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(fault);
            });
    return value;
  }

  Setting<Duration> bound(Setting<Duration> setting) {
    return setting.where(toString(), this::contains);
  }

  /** Such as {@code from 1ms to 365d}. */
  @Override
  public String toString() {
    return "from %s to %s".formatted(text(least), text(most));
  }

  /** As a configuration would say it, where it can: {@code 500ms}, {@code 90s}, {@code 2d}. */
  static String text(Duration value) {
    long seconds = value.toSeconds();
    if (value.toNanosPart() == 0) {
      boolean wholeDays = seconds != 0 && seconds % SECONDS_PER_DAY == 0;
      return wholeDays ? seconds / SECONDS_PER_DAY + "d" : seconds + "s";
    }
    boolean wholeMillis = seconds == 0 && value.toNanosPart() % NANOS_PER_MILLI == 0;
    return wholeMillis ? value.toMillisPart() + "ms" : value.toString();
  }
}
