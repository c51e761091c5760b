package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.gcp.pubsub.Publishing.Outgoing;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import io.batchprocessor.spi.ResultRejectedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result topic. */
final class PubSubResultQueue implements ResultQueue {

  private final PubSubClient client;
  private final Publishing publishing;
  private final Leases leases;
  private final String topic;
  private final boolean ordered;

  PubSubResultQueue(
      PubSubClient client, Publishing publishing, Leases leases, PubSubConfig config) {
    this.client = client;
    this.publishing = publishing;
    this.leases = leases;
    this.topic = config.resultTopic();
    this.ordered = config.resultOrdering();
  }

  /** Publishes what is not stored yet: of a call that failed, only the rest is repeated. */
  @Override
  public void publish(List<Result> results) {
    List<Result> left = results.stream().filter(result -> !isStored(result)).toList();
    client.checkOpen();
    List<Outgoing> outgoing = new ArrayList<>();
    for (Result result : left) {
      PubsubMessage message = Messages.result(result.delivery(), result.message(), ordered);
      if (!Messages.fits(message)) {
        throw new ResultRejectedException(
            result,
            "the result has %,d bytes with its attributes, Pub/Sub takes %,d"
                .formatted(message.getSerializedSize(), Messages.LONGEST));
      }
      @Nullable Held held = Held.find(result.delivery());
      outgoing.add(
          new Outgoing(
              message,
              () -> {
                if (held != null) {
                  leases.stored(held);
                }
              }));
    }
    publishing.publish(topic, outgoing);
    for (int i = 0; i < outgoing.size(); i++) {
      @Nullable String refusal = outgoing.get(i).refusal();
      if (refusal != null) {
        throw new ResultRejectedException(left.get(i), refusal);
      }
    }
  }

  private static boolean isStored(Result result) {
    @Nullable Held held = Held.find(result.delivery());
    return held != null && held.isStored();
  }
}
