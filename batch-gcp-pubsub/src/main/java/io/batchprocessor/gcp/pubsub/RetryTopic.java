package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where retries are stored with their attempt and due time, so that both survive a crash. Requests
 * with an ordering key are not taken: they must hold up those behind them.
 */
final class RetryTopic {

  private final String topic;
  private final Publishing publishing;
  private final Leases leases;
  private final Duration lease;

  RetryTopic(String topic, Publishing publishing, Leases leases, Duration lease) {
    this.topic = topic;
    this.publishing = publishing;
    this.leases = leases;
    this.lease = lease;
  }

  /** What a retry is stored as; null if it can't be. */
  static @Nullable PubsubMessage message(Retry retry) {
    Held held = Held.of(retry.delivery());
    return held.orderingKey().isEmpty() ? Messages.retry(held, retry) : null;
  }

  /**
   * What became of retries that are not stored.
   *
   * @param refused not stored, and never will be
   */
  record Left(Set<Held> lost, List<Retry> refused) {}

  /** Stores retries; their originals are to be acknowledged next. May be repeated. */
  Left store(List<Retry> retries) {
    // Not stored by an earlier call that failed: whose lease is lost is somebody else's to store.
    List<Retry> missing =
        retries.stream().filter(retry -> !Held.of(retry.delivery()).isStored()).toList();
    Set<Held> lost =
        Set.copyOf(
            leases.extend(
                missing.stream().map(retry -> Held.of(retry.delivery())).toList(), lease));
    Map<Retry, Outgoing> outgoing = new LinkedHashMap<>();
    for (Retry retry : missing) {
      Held held = Held.of(retry.delivery());
      if (!lost.contains(held)) {
        @Nullable PubsubMessage message = message(retry);
        if (message == null) {
          throw new IllegalArgumentException(retry + " can't be stored");
        }
        outgoing.put(retry, new Outgoing(message, () -> leases.stored(held)));
      }
    }
    publishing.publish(topic, List.copyOf(outgoing.values()));
    outgoing.values().removeIf(one -> one.refusal() == null);
    return new Left(lost, List.copyOf(outgoing.keySet()));
  }
}
