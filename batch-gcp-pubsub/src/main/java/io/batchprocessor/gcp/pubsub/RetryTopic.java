package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
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

  /** Stores retries, then acknowledges the originals; returns the lost. May be repeated. */
  List<Held> move(List<Retry> retries) {
    Map<Held, PubsubMessage> messages = new LinkedHashMap<>();
    for (Retry retry : retries) {
      @Nullable PubsubMessage message = message(retry);
      if (message == null) {
        throw new IllegalArgumentException(retry + " can't be stored");
      }
      messages.put(Held.of(retry.delivery()), message);
    }
    // Not stored by an earlier call that failed: whose lease is lost is somebody else's to store.
    Set<Held> lost =
        new HashSet<>(
            leases.extend(
                messages.keySet().stream().filter(held -> !held.isStored()).toList(), lease));
    List<Outgoing> outgoing = new ArrayList<>();
    messages.forEach(
        (held, message) -> {
          if (!lost.contains(held) && !held.isStored()) {
            outgoing.add(new Outgoing(message, held::stored));
          }
        });
    publishing.publish(topic, outgoing);
    for (Outgoing one : outgoing) {
      if (one.refusal() != null) {
        throw new PubSubException("a retry was refused: " + one.refusal(), null);
      }
    }
    lost.addAll(
        leases.acknowledge(
            messages.keySet().stream().filter(held -> !lost.contains(held)).toList()));
    return List.copyOf(lost);
  }
}
