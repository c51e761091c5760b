package io.batchprocessor.gcp.pubsub;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of messages, should they come to it again. Of those that it gave back:
 * Pub/Sub keeps no attempt, and counts a release like any other delivery. And which of them are
 * done: their result, or their retry, is stored, but the broker was not told in time. Bounded: of
 * very many the oldest are forgotten, and start anew.
 */
final class Returned {

  private static final int MOST = 100_000;

  private final Map<String, Memory> byMessageId = new Bounded<>();
  private final Map<String, Boolean> done = new Bounded<>();

  private static final class Bounded<T> extends LinkedHashMap<String, T> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
      return size() > MOST;
    }
  }

  /**
   * A message that was given back.
   *
   * @param forgiven how many of its deliveries are not to be counted
   */
  record Memory(int attempt, int forgiven) {}

  /** The message goes back as if it had not been delivered. */
  synchronized void released(Held held) {
    byMessageId.put(key(held), new Memory(held.facts().attempt(), held.facts().forgiven() + 1));
  }

  /** The message waits in the broker for its next attempt: deliveries so far count no more. */
  synchronized void putOff(Held held) {
    byMessageId.put(
        key(held),
        new Memory(held.facts().attempt(), held.facts().forgiven() + held.facts().deliveryCount()));
  }

  /** What is known of a message that came; it is forgotten. */
  synchronized @Nullable Memory take(Source source, String messageId) {
    return byMessageId.isEmpty() ? null : byMessageId.remove(source.name() + messageId);
  }

  /** What replaces the message is stored, and it is to be acknowledged. */
  synchronized void stored(Held held) {
    done.put(key(held), true);
  }

  /** The message was acknowledged. */
  synchronized void acknowledged(Held held) {
    done.remove(key(held));
  }

  /** Whether nothing is left to do about a message but to acknowledge it. */
  synchronized boolean isDone(Held held) {
    return !done.isEmpty() && done.containsKey(key(held));
  }

  private static String key(Held held) {
    return held.source().name() + held.message().getMessageId();
  }
}
