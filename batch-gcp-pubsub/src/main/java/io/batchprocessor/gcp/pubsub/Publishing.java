package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.PubsubMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes batches and waits for the broker's word that they are stored. All batches are on their
 * way at once; messages of one ordering key go one batch after the other.
 */
final class Publishing {

  private final PubSubClient client;
  private final int batchSize;

  Publishing(PubSubClient client, int batchSize) {
    this.client = client;
    this.batchSize = batchSize;
  }

  /** A message on its way. */
  static final class Outgoing {
    private final PubsubMessage message;
    private final Runnable whenStored;
    private volatile @Nullable String refusal;

    Outgoing(PubsubMessage message, Runnable whenStored) {
      this.message = message;
      this.whenStored = whenStored;
    }

    /** Why the broker will never take it; null if it did. */
    @Nullable String refusal() {
      return refusal;
    }
  }

  /**
   * Returns when every message is stored, or refused for good.
   *
   * @throws PubSubException if one of them is neither; those that are stored were told
   */
  void publish(String topic, List<Outgoing> messages) {
    Map<String, List<Outgoing>> byKey = new LinkedHashMap<>();
    for (Outgoing one : messages) {
      byKey.computeIfAbsent(one.message.getOrderingKey(), key -> new ArrayList<>()).add(one);
    }
    List<CompletableFuture<@Nullable Void>> calls = new ArrayList<>();
    byKey.forEach(
        (key, all) -> {
          CompletableFuture<@Nullable Void> before = CompletableFuture.completedFuture(null);
          for (List<Outgoing> batch : batches(all)) {
            if (key.isEmpty()) {
              calls.add(send(topic, batch));
            } else {
              before = before.thenCompose(done -> send(topic, batch));
            }
          }
          calls.add(before);
        });
    RuntimeException failure = null;
    for (CompletableFuture<@Nullable Void> call : calls) {
      try {
        PubSubClient.await(call);
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private List<List<Outgoing>> batches(List<Outgoing> all) {
    List<List<Outgoing>> batches = new ArrayList<>();
    List<Outgoing> batch = new ArrayList<>();
    int bytes = 0;
    for (Outgoing one : all) {
      // A length and a tag go before each.
      int size = one.message.getSerializedSize() + 8;
      if (batch.size() == batchSize
          || (!batch.isEmpty() && bytes + size > Messages.LONGEST - 512)) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
      batch.add(one);
      bytes += size;
    }
    batches.add(batch);
    return batches;
  }

  private CompletableFuture<@Nullable Void> send(String topic, List<Outgoing> batch) {
    return client
        .publish(topic, batch.stream().map(one -> one.message).toList())
        .<@Nullable Void>thenApply(
            answer -> {
              batch.forEach(one -> one.whenStored.run());
              return null;
            })
        .exceptionallyCompose(
            thrown -> {
              if (PubSubClient.status(thrown) != Code.INVALID_ARGUMENT) {
                return CompletableFuture.failedFuture(PubSubClient.failure(thrown));
              }
              // One of them is at fault, and the broker does not say which.
              if (batch.size() == 1) {
                batch.get(0).refusal = PubSubClient.failure(thrown).getMessage();
                return CompletableFuture.completedFuture(null);
              }
              int half = batch.size() / 2;
              return send(topic, batch.subList(0, half))
                  .thenCompose(done -> send(topic, batch.subList(half, batch.size())));
            });
  }
}
