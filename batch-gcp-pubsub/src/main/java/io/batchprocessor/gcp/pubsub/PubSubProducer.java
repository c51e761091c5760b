package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Producer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Publishes requests to the topics of the request subscriptions, and takes results from {@code
 * pubsub.result-subscriber-id}. Pub/Sub promises no order of messages without an ordering key.
 */
final class PubSubProducer implements Producer {

  private final PubSubClient client;
  private final Publishing publishing;
  private final Leases leases;
  private final List<Source> requests;
  private final @Nullable SubscriptionQueue results;
  private final ReentrantLock taking = new ReentrantLock();

  PubSubProducer(
      PubSubClient client,
      Publishing publishing,
      Leases leases,
      List<Source> requests,
      @Nullable SubscriptionQueue results) {
    this.client = client;
    this.publishing = publishing;
    this.leases = leases;
    this.requests = requests;
    this.results = results;
  }

  @Override
  public void submit(String queue, List<Bytes> messages) {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(messages, "messages");
    Source source =
        requests.stream()
            .filter(one -> one.queue().equals(queue))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no request queue '%s'; there are: %s"
                            .formatted(
                                queue,
                                String.join(", ", requests.stream().map(Source::queue).toList()))));
    if (source.topic() == null) {
      throw new IllegalStateException(
          "the topic of %s is not known: that takes roles/pubsub.viewer on it"
              .formatted(source.name()));
    }
    client.checkOpen();
    List<Outgoing> outgoing =
        messages.stream().map(body -> new Outgoing(Messages.request(body), () -> {})).toList();
    if (outgoing.isEmpty()) {
      return;
    }
    publishing.publish(source.topic(), outgoing);
    for (Outgoing one : outgoing) {
      if (one.refusal() != null) {
        throw new IllegalArgumentException("a message was refused: " + one.refusal());
      }
    }
  }

  /** Acknowledged before they are returned: whoever dies in between has lost them. */
  @Override
  public List<Bytes> takeResults(int max, Duration maxWait) throws InterruptedException {
    if (results == null) {
      throw new IllegalStateException(
          "no subscription to take results from: set pubsub.result-subscriber-id");
    }
    taking.lockInterruptibly();
    try {
      List<Held> taken = results.take(max, maxWait);
      if (!taken.isEmpty()) {
        List<Held> lost = leases.acknowledge(taken);
        taken = taken.stream().filter(held -> !lost.contains(held)).toList();
      }
      return taken.stream()
          .map(held -> Bytes.wrap(held.message().getData().toByteArray()))
          .toList();
    } finally {
      taking.unlock();
    }
  }
}
