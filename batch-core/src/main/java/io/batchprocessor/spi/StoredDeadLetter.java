package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as the broker keeps it.
 *
 * @param key what the broker knows it by
 * @param queue the request queue that it came from
 * @param body what the producer wrote, or its beginning
 * @param bytes how long all of it is
 * @param reason why it can't be answered
 * @param storedAt when it was dead-lettered; null if the broker can't tell
 */
public record StoredDeadLetter(
    String key, String queue, Bytes body, int bytes, String reason, @Nullable Instant storedAt) {

  /** Refuses nulls, and a whole that is shorter than its beginning. */
  public StoredDeadLetter {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(body, "body");
    WaitingMessage.checkBytes(bytes, body);
    Objects.requireNonNull(reason, "reason");
  }

  /** {@link #storedAt} as an optional. */
  public Optional<Instant> stored() {
    return Optional.ofNullable(storedAt);
  }

  /** Names key, queue and size; never the contents. */
  @Override
  public String toString() {
    return "StoredDeadLetter[key=%s, queue=%s, bytes=%d, reason=%s]"
        .formatted(key, queue, bytes, reason);
  }
}
