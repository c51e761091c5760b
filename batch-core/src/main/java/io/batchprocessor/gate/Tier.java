package io.batchprocessor.gate;

import java.util.Locale;
import java.util.Optional;

/** How soon an answer is wanted. */
public enum Tier {
  /** Somebody waits for it: late is as bad as never. */
  INTERACTIVE,
  /** Soon. */
  ASYNC,
  /** Whenever there is room. */
  BATCH;

  static Optional<Tier> of(String text) {
    for (Tier tier : values()) {
      if (tier.name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(tier);
      }
    }
    return Optional.empty();
  }
}
