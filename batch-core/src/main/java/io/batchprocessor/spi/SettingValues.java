package io.batchprocessor.spi;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads values; each throws {@link IllegalArgumentException} that says what would be right. */
final class SettingValues {

  private static final List<String> DURATION_UNITS = List.of("ms", "s", "m", "h", "d");
  private static final long[] DURATION_MILLIS = {1, 1_000, 60_000, 3_600_000, 86_400_000};

  /** A hundred years, which nanoseconds in a long can count. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final List<String> BYTE_UNITS = List.of("KiB", "MiB", "GiB");

  private SettingValues() {}

  static Integer integer(String text) {
    try {
      return Integer.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a whole number such as 8", e);
    }
  }

  static Double decimal(String text) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a number such as 0.8", e);
    }
    throw new IllegalArgumentException("must be a number such as 0.8");
  }

  static Boolean flag(String text) {
    return switch (text.strip()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  static Duration duration(String text) {
    String stripped = text.strip();
    for (int i = 0; i < DURATION_UNITS.size(); i++) {
      String unit = DURATION_UNITS.get(i);
      if (stripped.endsWith(unit) && isNumber(stripped, unit)) {
        Duration duration =
            Duration.ofMillis(DURATION_MILLIS[i]).multipliedBy(number(stripped, unit));
        if (duration.compareTo(LONGEST) > 0) {
          throw new IllegalArgumentException("must be at most " + LONGEST.toDays() + "d");
        }
        return duration;
      }
    }
    throw new IllegalArgumentException(
        "must be a time with its unit, such as 500ms, 60s, 5m or 2h");
  }

  static Integer bytes(String text) {
    String stripped = text.strip();
    long factor = 1;
    String unit = "";
    for (int i = 0; i < BYTE_UNITS.size(); i++) {
      if (stripped.endsWith(BYTE_UNITS.get(i))) {
        unit = BYTE_UNITS.get(i);
        factor = 1L << (10 * (i + 1));
      }
    }
    if (!isNumber(stripped, unit) || number(stripped, unit) > Integer.MAX_VALUE / factor) {
      throw new IllegalArgumentException(
          "must be a size below 2 GiB, such as 65536, 64KiB or 10MiB");
    }
    return Math.toIntExact(number(stripped, unit) * factor);
  }

  static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  static URI uri(String text) {
    try {
      URI uri = new URI(text.strip());
      if (uri.isAbsolute()) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("must be a URL such as http://localhost:8000", e);
    }
    throw new IllegalArgumentException("must be a URL such as http://localhost:8000");
  }

  static <E extends Enum<E>> E choice(Class<E> choices, String text) {
    for (E constant : choices.getEnumConstants()) {
      if (nameOf(constant).equals(text.strip())) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "must be one of "
            + String.join(
                ", ",
                Arrays.stream(choices.getEnumConstants()).map(SettingValues::nameOf).toList()));
  }

  static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean isNumber(String text, String unit) {
    String digits = text.substring(0, text.length() - unit.length()).strip();
    return !digits.isEmpty()
        && digits.length() <= 12
        && digits.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static long number(String text, String unit) {
    return Long.parseLong(text.substring(0, text.length() - unit.length()).strip());
  }
}
