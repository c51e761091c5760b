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
 * @param body what the producer wrote, or its beginning
 * @param bytes how long all of it is
 * @param attempt which attempt at it comes next; the first is 1
 * @param dueAt when it may be handed out, by the broker's clock; null if it may now
 */
public record WaitingMessage(
    String queue, Bytes body, int bytes, int attempt, @Nullable Instant dueAt) {

  /** Refuses nulls, and a whole that is shorter than its beginning. */
  public WaitingMessage {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(body, "body");
    checkBytes(bytes, body);
  }

  static void checkBytes(int bytes, Bytes body) {
    if (bytes < body.length()) {
      throw new IllegalArgumentException(
          "bytes=%d: must be at least the length of body, %d".formatted(bytes, body.length()));
    }
  }

  /** {@link #dueAt} as an optional. */
  public Optional<Instant> due() {
    return Optional.ofNullable(dueAt);
  }

  /** Names queue, attempt and size; never the contents. */
  @Override
  public String toString() {
    return "WaitingMessage[queue=%s, attempt=%d, dueAt=%s, bytes=%d]"
        .formatted(queue, attempt, dueAt, bytes);
  }
}
