package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Gives messages that came the lease that was configured. With exactly-once delivery also where
 * they have it: a message whose lease is lost already is not handed out at all.
 */
final class FirstLease {

  private final PubSubClient client;
  private final Source source;
  private final Duration lease;
  private final boolean said;
  private final Pulls.Reader reader;

  /**
   * What messages of a source are given.
   *
   * @param ackDeadline the lease that they come with
   */
  FirstLease(
      PubSubClient client,
      Source source,
      Duration ackDeadline,
      Duration lease,
      Pulls.Reader reader) {
    this.client = client;
    this.source = source;
    this.lease = lease;
    this.said = ackDeadline.equals(lease) && !source.exactlyOnce();
    this.reader = reader;
  }

  /** Done with those that are ours. */
  CompletableFuture<List<Held>> give(List<ReceivedMessage> messages, Held.Keeper keeper) {
    long started = System.nanoTime();
    List<Held> all =
        new ArrayList<>(messages.stream().map(message -> reader.read(message, keeper)).toList());
    all.forEach(held -> held.leased(started, lease));
    if (all.isEmpty() || said) {
      return CompletableFuture.completedFuture(all);
    }
    return client
        .modifyAckDeadline(
            source.name(),
            all.stream().map(Held::ackId).toList(),
            Math.toIntExact(lease.toSeconds()))
        .thenApply(answer -> without(all, answer));
  }

  private static List<Held> without(List<Held> all, AckAnswer answer) {
    all.removeIf(
        held ->
            answer.refused().contains(held.ackId()) || answer.undecided().contains(held.ackId()));
    return all;
  }
}
