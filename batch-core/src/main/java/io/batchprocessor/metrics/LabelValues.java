package io.batchprocessor.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Enum constants as values of labels. */
final class LabelValues {

  private LabelValues() {}

  /** The constant's name in lower case. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A meter for each constant, so that each has its series from the start. */
  static <E extends Enum<E>, M> Map<E, M> meters(Class<E> type, Function<String, M> meter) {
    Map<E, M> meters = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      meters.put(constant, meter.apply(of(constant)));
    }
    return meters;
  }
}
