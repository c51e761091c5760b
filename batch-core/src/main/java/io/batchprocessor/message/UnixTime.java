package io.batchprocessor.message;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Unix time in seconds as text: {@code 1764045130}, {@code 1764045130.25} or, as some languages
 * print floating-point numbers, {@code 1.76404513E9}. What is finer than a nanosecond is cut off.
 */
final class UnixTime {

  /** What a time must be, for faults. */
  static final String EXPECTED = "must be Unix time in seconds, such as 1764045130";

  /** So many digits always fit a long. */
  private static final int MAX_PLAIN_DIGITS = 18;

  /** Longer numbers are nobody's time; the bound keeps their arithmetic cheap. */
  private static final int MAX_DIGITS = 64;

  /** The grammar of RFC 8259, section 6, for strings too. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?");

  private static final BigDecimal END = BigDecimal.valueOf(Instant.MAX.getEpochSecond() + 1);

  private UnixTime() {}

  /** The instant, or null if {@code text} is no number or outside what {@link Instant} holds. */
  static @Nullable Instant parse(String text) {
    return isPlain(text) ? ofSeconds(Long.parseLong(text)) : parseDecimal(text);
  }

  /** {@code time} in seconds, with as many decimals as it needs. */
  static String format(Instant time) {
    String seconds = Long.toString(time.getEpochSecond());
    if (time.getNano() == 0) {
      return seconds;
    }
    return BigDecimal.valueOf(time.getEpochSecond())
        .add(BigDecimal.valueOf(time.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }

  private static boolean isPlain(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_PLAIN_DIGITS || text.charAt(0) == '0') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Instant ofSeconds(long seconds) {
    return seconds <= Instant.MAX.getEpochSecond() ? Instant.ofEpochSecond(seconds) : null;
  }

  private static @Nullable Instant parseDecimal(String text) {
    if (text.length() > MAX_DIGITS || !NUMBER.matcher(text).matches()) {
      return null;
    }
    BigDecimal value = new BigDecimal(text);
    if (value.signum() < 0 || value.compareTo(END) >= 0) {
      return null;
    }
    long seconds = value.longValue();
    long nanos = value.subtract(BigDecimal.valueOf(seconds)).movePointRight(9).longValue();
    return Instant.ofEpochSecond(seconds, nanos);
  }
}
