package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.DeadLetterQueue;
import io.batchprocessor.spi.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead-letter topic: bodies as they came, with the reason in their attributes. What the topic
 * does not take so is told with less of it, and with an error in the log if that is not even its
 * body.
 */
final class PubSubDeadLetterQueue implements DeadLetterQueue {

  private static final Logger log = LoggerFactory.getLogger(PubSubDeadLetterQueue.class);

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
    bury(
        letters.stream()
            .filter(letter -> isToBeStored(Held.of(letter.delivery()), lostBefore))
            .map(Burial::new)
            .toList());
    lost.addAll(
        leases.acknowledge(
            all.held().stream().filter(held -> !lostBefore.contains(held)).toList()));
    return all.lost(lost);
  }

  private static boolean isToBeStored(Held held, Set<Held> lost) {
    return !lost.contains(held) && !held.isStored();
  }

  /** Publishes each letter in the first of its forms that the topic takes. */
  private void bury(List<Burial> burials) {
    List<Burial> left = burials;
    while (!left.isEmpty()) {
      publishing.publish(topic, left.stream().map(burial -> burial.outgoing).toList());
      left = left.stream().filter(Burial::isRefused).toList();
      left.forEach(Burial::simplify);
    }
  }

  /** A letter, and how much of it is still to be told. */
  private final class Burial {
    private final Held held;
    private final Iterator<PubsubMessage> forms;
    private Outgoing outgoing;

    Burial(DeadLetter letter) {
      held = Held.of(letter.delivery());
      forms = Messages.deadLetter(letter).iterator();
      outgoing = next();
    }

    private Outgoing next() {
      PubsubMessage form = forms.next();
      return new Outgoing(form, () -> stored(form));
    }

    private void stored(PubsubMessage form) {
      leases.stored(held);
      if (Messages.isNote(form)) {
        log.error(
            "the body of message {} of {} is lost, {} bytes: {} did not take it as a dead letter",
            held.message().getMessageId(),
            held.source().name(),
            held.message().getData().size(),
            topic);
      }
    }

    boolean isRefused() {
      return outgoing.refusal() != null;
    }

    /** Tries less of it. */
    void simplify() {
      if (!forms.hasNext()) {
        throw new PubSubException(
            "%s refuses whatever is to be told of a dead letter: %s"
                .formatted(topic, outgoing.refusal()),
            null);
      }
      outgoing = next();
    }
  }
}
