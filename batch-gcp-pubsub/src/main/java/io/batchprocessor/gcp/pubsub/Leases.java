package io.batchprocessor.gcp.pubsub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Extends, ends and hands back what is held, in calls of {@code pubsub.batch-size} messages, all at
 * the same time.
 *
 * <p>Who lost a lease is told by the broker on an exactly-once subscription, and by our own clock
 * on any: a message whose lease is over is not settled, though the broker might let it pass.
 */
final class Leases {

  private final PubSubClient client;
  private final int batchSize;
  private final Returned returned;

  Leases(PubSubClient client, int batchSize, Returned returned) {
    this.client = client;
    this.batchSize = batchSize;
    this.returned = returned;
  }

  /** What became of several messages. */
  private static final class Outcome {
    final List<Held> lost = new ArrayList<>();
    final List<Held> well = new ArrayList<>();
    @Nullable RuntimeException failure;

    List<Held> lostUnlessFailed() {
      if (failure != null) {
        throw failure;
      }
      return lost;
    }
  }

  /** Starts leases anew; returns the lost. */
  List<Held> extend(List<Held> held, Duration lease) {
    return PubSubClient.await(begin(held, lease)).lostUnlessFailed();
  }

  /** The same without waiting for it, and without a word about failures: there will be another. */
  void extendLater(List<Held> held, Duration lease) {
    var unused = begin(held, lease);
  }

  private CompletableFuture<Outcome> begin(List<Held> held, Duration lease) {
    long started = System.nanoTime();
    int seconds = Math.toIntExact(lease.toSeconds());
    return forEach(held, (source, ids) -> client.modifyAckDeadline(source.name(), ids, seconds))
        .thenApply(
            outcome -> {
              outcome.well.forEach(one -> one.leased(started, lease));
              return outcome;
            });
  }

  /** Removes messages for good; returns the lost. May be repeated after it failed. */
  List<Held> acknowledge(List<Held> held) {
    List<Held> left = held.stream().filter(one -> one.state() != Held.State.ACKNOWLEDGED).toList();
    Outcome outcome =
        PubSubClient.await(forEach(left, (source, ids) -> client.acknowledge(source.name(), ids)));
    outcome.well.forEach(this::acknowledged);
    List<Held> lost = outcome.lostUnlessFailed();
    held.stream().filter(one -> one.state() == Held.State.ACKNOWLEDGED).forEach(Held::told);
    return lost;
  }

  private void acknowledged(Held held) {
    held.acknowledged();
    returned.acknowledged(held);
  }

  /** What replaces a message, a result or a retry, is stored: it must not be handed out again. */
  void stored(Held held) {
    held.stored();
    returned.stored(held);
  }

  /**
   * Of messages that came, those that are to be handed out. The others came before, and what
   * replaces them was stored, but their leases ended before they could be acknowledged: that is
   * made up for, without waiting for it.
   */
  List<Held> withoutDone(List<Held> messages) {
    List<Held> done = messages.stream().filter(returned::isDone).toList();
    if (done.isEmpty()) {
      return messages;
    }
    var unused =
        forgotten(
            done,
            forEach(done, (source, ids) -> client.acknowledge(source.name(), ids))
                .thenAccept(outcome -> outcome.well.forEach(this::acknowledged)));
    return messages.stream().filter(held -> !done.contains(held)).toList();
  }

  /** Hands messages back as if they had not been delivered. May be repeated after it failed. */
  void release(List<Held> held) {
    var unused = PubSubClient.await(beginRelease(held)).lostUnlessFailed();
  }

  /**
   * The same without waiting for it. It is not repeated: a message that could not be handed back
   * comes again when its lease ends, and is nobody's here until then.
   */
  CompletableFuture<?> releaseLater(List<Held> held) {
    return forgotten(held, beginRelease(held));
  }

  private CompletableFuture<Outcome> beginRelease(List<Held> held) {
    long now = System.nanoTime();
    // Before the broker is told: it may deliver them at once, and to us.
    held.stream().filter(one -> one.isHeld(now)).forEach(returned::released);
    return giveBack(held, Duration.ZERO);
  }

  /**
   * Lets the broker deliver messages again after a while, to anybody, without waiting for it, and
   * without repeating it.
   *
   * @param delay whole seconds, 600 at most
   */
  CompletableFuture<?> putOffLater(List<Held> held, Duration delay) {
    return forgotten(held, giveBack(held, delay));
  }

  private static CompletableFuture<?> forgotten(List<Held> held, CompletableFuture<?> call) {
    return call.whenComplete((outcome, thrown) -> held.forEach(Held::givenUp));
  }

  private CompletableFuture<Outcome> giveBack(List<Held> held, Duration delay) {
    int seconds = Math.toIntExact(delay.toSeconds());
    return forEach(held, (source, ids) -> client.modifyAckDeadline(source.name(), ids, seconds))
        .thenApply(
            outcome -> {
              outcome.well.forEach(Held::givenUp);
              return outcome;
            });
  }

  /** Calls for all that are ours. Ends those that turn out to be lost. */
  private CompletableFuture<Outcome> forEach(
      List<Held> held, BiFunction<Source, List<String>, CompletableFuture<AckAnswer>> call) {
    long now = System.nanoTime();
    Outcome outcome = new Outcome();
    Map<Source, List<Held>> ours = new LinkedHashMap<>();
    for (Held one : held) {
      if (one.isHeld(now)) {
        ours.computeIfAbsent(one.source(), source -> new ArrayList<>()).add(one);
      } else {
        lose(one, outcome);
      }
    }
    List<CompletableFuture<?>> calls = new ArrayList<>();
    ours.forEach(
        (source, all) ->
            inBatches(
                all, batch -> calls.add(decided(batch, call.apply(source, ids(batch)), outcome))));
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .thenApply(done -> outcome);
  }

  private static CompletableFuture<?> decided(
      List<Held> batch, CompletableFuture<AckAnswer> call, Outcome outcome) {
    return call.handle(
        (answer, thrown) -> {
          synchronized (outcome) {
            if (thrown != null) {
              outcome.failure = PubSubClient.failure(thrown);
              return outcome;
            }
            for (Held one : batch) {
              if (answer.refused().contains(one.ackId())) {
                lose(one, outcome);
              } else if (answer.undecided().contains(one.ackId())) {
                outcome.failure =
                    new PubSubException(
                        "%s could not decide about a lease for now".formatted(one.source().name()),
                        null);
              } else {
                outcome.well.add(one);
              }
            }
          }
          return outcome;
        });
  }

  private static void lose(Held one, Outcome outcome) {
    outcome.lost.add(one);
    one.givenUp();
  }

  private void inBatches(List<Held> all, Consumer<List<Held>> action) {
    for (int from = 0; from < all.size(); from += batchSize) {
      action.accept(all.subList(from, Math.min(all.size(), from + batchSize)));
    }
  }

  private static List<String> ids(List<Held> batch) {
    return batch.stream().map(Held::ackId).toList();
  }
}
