package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that waits in a broker.
 *
 * @param queue the request queue that it was submitted to
 * @param body what the producer wrote
 * @param attempt which attempt at it comes next; the first is 1
 * @param dueAt when it may be handed out, by the broker's clock; null if it may now
 */
public record WaitingMessage(String queue, Bytes body, int attempt, @Nullable Instant dueAt) {

  /** Refuses nulls. */
  public WaitingMessage {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(body, "body");
  }

  /** {@link #dueAt} as an optional. */
  public Optional<Instant> due() {
    return Optional.ofNullable(dueAt);
  }

  /** Names queue, attempt and size; never the contents. */
  @Override
  public String toString() {
    return "WaitingMessage[queue=%s, attempt=%d, dueAt=%s, bytes=%d]"
        .formatted(queue, attempt, dueAt, body.length());
  }
}
