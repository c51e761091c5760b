package io.batchprocessor.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What waits in one queue of a broker.
 *
 * @param queue the queue's name
 * @param waiting messages that nobody holds
 * @param leased messages that some process holds
 * @param oldestAge how long the oldest of the waiting has waited; null if nothing waits or the
 *     broker can't tell
 */
public record Backlog(String queue, long waiting, long leased, @Nullable Duration oldestAge) {

  /** Refuses a null name. */
  public Backlog {
    Objects.requireNonNull(queue, "queue");
  }

  /** {@link #oldestAge} as an optional. */
  public Optional<Duration> oldest() {
    return Optional.ofNullable(oldestAge);
  }
}
