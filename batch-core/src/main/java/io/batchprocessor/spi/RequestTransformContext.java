package io.batchprocessor.spi;

import java.time.InstantSource;
import java.util.Objects;

/**
 * What a request transform is built from.
 *
 * @param settings the provider's own settings
 * @param clock the wall clock, by which deadlines are kept too
 */
public record RequestTransformContext(Settings settings, InstantSource clock) {

  /** Refuses nulls. */
  public RequestTransformContext {
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(clock, "clock");
  }
}
