package io.batchprocessor.spi;

import io.batchprocessor.message.RequestMessage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What policies, gates and listeners see of a request that the processor holds. */
public interface RequestView {

  /** The message. */
  RequestMessage message();

  /** The request queue it was submitted to. */
  String queue();

  /** The labels that its queue's configuration gives; default none. */
  default Map<String, String> labels() {
    return Map.of();
  }

  /** The attempt under way or next; the first is 1. */
  int attempt();

  /** When it was submitted, by the broker's clock; empty, the default, if the broker can't tell. */
  default Optional<Instant> enqueuedAt() {
    return Optional.empty();
  }

  /**
   * What listeners with {@link RetryNotes} left with the retry that brought this attempt, by this
   * process or another; none, the default, at the first attempt, or if the transport keeps no
   * attributes of retries.
   */
  default Map<String, String> notes() {
    return Map.of();
  }

  /**
   * How long the processor held it before this attempt began, in nanoseconds; 0, the default, as
   * long as it has not begun.
   */
  default long bufferedNanos() {
    return 0;
  }
}
