package io.batchprocessor.gcp.pubsub;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of messages that it gave back to the broker, should they come to it
 * again: Pub/Sub keeps no attempt, and counts a release like any other delivery. Bounded: of very
 * many the oldest are forgotten, and start anew.
 */
final class Returned {

  private static final int MOST = 100_000;

  private final Map<String, Memory> byMessageId =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Memory> eldest) {
          return size() > MOST;
        }
      };

  /**
   * A message that was given back.
   *
   * @param forgiven how many of its deliveries are not to be counted
   */
  record Memory(int attempt, int forgiven) {}

  /** The message goes back as if it had not been delivered. */
  synchronized void released(Held held) {
    byMessageId.put(
        held.source().name() + held.message().getMessageId(),
        new Memory(held.facts().attempt(), held.facts().forgiven() + 1));
  }

  /** The message waits in the broker for its next attempt: deliveries so far count no more. */
  synchronized void putOff(Held held) {
    byMessageId.put(
        held.source().name() + held.message().getMessageId(),
        new Memory(held.facts().attempt(), held.facts().forgiven() + held.facts().deliveryCount()));
  }

  /** What is known of a message that came; it is forgotten. */
  synchronized @Nullable Memory take(Source source, String messageId) {
    return byMessageId.isEmpty() ? null : byMessageId.remove(source.name() + messageId);
  }
}
