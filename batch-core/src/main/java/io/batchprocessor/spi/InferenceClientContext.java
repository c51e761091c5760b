package io.batchprocessor.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;

/**
 * What an HTTP client is built from.
 *
 * @param maxInFlight the most exchanges at a time, at least 1
 * @param maxResponseBytes the largest answer to read, at least 1
 * @param connectTimeout how long a connection may take to open
 * @param threads makes the client's threads
 * @param settings the provider's own settings
 */
public record InferenceClientContext(
    int maxInFlight,
    int maxResponseBytes,
    Duration connectTimeout,
    ThreadFactory threads,
    Settings settings) {

  /** Checks the ranges. */
  public InferenceClientContext {
    if (maxInFlight < 1 || maxResponseBytes < 1) {
      throw new IllegalArgumentException(
          "maxInFlight and maxResponseBytes must be at least 1, are %d and %d"
              .formatted(maxInFlight, maxResponseBytes));
    }
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(threads, "threads");
    Objects.requireNonNull(settings, "settings");
  }
}
