package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The dead-letter topic: bodies as they came, with the reason in their attributes. */
final class PubSubDeadLetterQueue implements DeadLetterQueue {

  private final PubSubClient client;
  private final Publishing publishing;
  private final Leases leases;
  private final String topic;
  private final Duration lease;

  PubSubDeadLetterQueue(
      PubSubClient client, Publishing publishing, Leases leases, PubSubConfig config) {
    this.client = client;
    this.publishing = publishing;
    this.leases = leases;
    this.topic = config.deadLetterTopic();
    this.lease = config.lease();
  }

  @Override
  public List<Delivery> deadLetter(List<DeadLetter> letters) {
    Objects.requireNonNull(letters, "letters");
    Deliveries all = Deliveries.of(letters.stream().map(DeadLetter::delivery).toList(), client);
    // Not stored by an earlier call that failed: whose lease is lost is somebody else's to bury.
    List<Held> lost =
        new ArrayList<>(
            leases.extend(all.held().stream().filter(held -> !held.isStored()).toList(), lease));
    Set<Held> lostBefore = Set.copyOf(lost);
    List<Outgoing> outgoing = new ArrayList<>();
    for (DeadLetter letter : letters) {
      Held held = Held.of(letter.delivery());
      if (!lostBefore.contains(held) && !held.isStored()) {
        outgoing.add(new Outgoing(Messages.deadLetter(letter), held::stored));
      }
    }
    publishing.publish(topic, outgoing);
    for (Outgoing one : outgoing) {
      if (one.refusal() != null) {
        throw new PubSubException("a dead letter was refused: " + one.refusal(), null);
      }
    }
    lost.addAll(
        leases.acknowledge(
            all.held().stream().filter(held -> !lostBefore.contains(held)).toList()));
    return all.lost(lost);
  }
}
