package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.ReceivedMessage;
import io.batchprocessor.gcp.pubsub.PubSubClient.AckAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks one subscription for messages: one unary {@code Pull} at a time, for no more than is wanted
 * at that moment.
 *
 * <p>Why not {@code StreamingPull}, which is what Google's {@code Subscriber} is made of: there the
 * limit of outstanding messages is said once, when the stream opens, and the broker leases that
 * many to whoever opened it, wanted or not. With a budget that closes and opens with the gateway's
 * traffic this process would sit on leases that another replica could use, or open a new stream
 * whenever the budget changes. Holding back gRPC's flow control does not help: one response carries
 * as many messages as the broker likes, and what fills the window is leased already. A unary pull
 * is exact: a closed gate sends none, and the messages stay with the broker.
 *
 * <p>What that costs: a pull waits in the broker, so that an idle queue is answered as fast as by a
 * stream; but each batch costs a round trip. Messages arrive while earlier ones are at work, so
 * this shows only where a batch is done sooner than a round trip takes.
 *
 * <p>A pull that found nothing is not cancelled when {@code receive} ends: the broker might be
 * sending messages at that moment, and they would stay leased to nobody until their ack deadline
 * ended (the emulator does not notice a cancelled pull at all, and gives it the next message). It
 * stays out, and serves the next {@code receive}. If there is none because the gate closed
 * meanwhile, what the pull brings goes back at once.
 */
final class Pulls {

  /** A broker that answers "nothing" sooner than this is not asked again before. */
  private static final Duration EMPTY_ANSWER = Duration.ofMillis(50);

  private final PubSubClient client;
  private final Connection connection;
  private final Source source;
  private final Duration lease;
  private final int batchSize;
  private final Reader reader;
  private final Sink sink;
  private final AtomicBoolean outstanding = new AtomicBoolean();

  /** Understands a message. */
  @FunctionalInterface
  interface Reader {
    Held read(ReceivedMessage message);
  }

  /** Where messages go. Called by the threads of the connection. */
  interface Sink {

    /** What a pull brought, be it nothing; another may be sent. */
    void arrived(List<Held> messages);

    /** A pull failed; another may be sent. */
    void failed(RuntimeException failure);
  }

  Pulls(
      PubSubClient client,
      Connection connection,
      Source source,
      PubSubConfig config,
      Reader reader,
      Sink sink) {
    this.client = client;
    this.connection = connection;
    this.source = source;
    this.lease = config.lease();
    this.batchSize = config.batchSize();
    this.reader = reader;
    this.sink = sink;
  }

  boolean isOutstanding() {
    return outstanding.get();
  }

  /** Sends a pull for at most that many, unless there is one out. */
  void send(int max) {
    if (outstanding.compareAndSet(false, true)) {
      long sent = System.nanoTime();
      var unused =
          client
              .pull(source.name(), Math.min(max, batchSize))
              .thenCompose(this::leased)
              .whenComplete((messages, thrown) -> ended(messages, thrown, sent));
    }
  }

  /**
   * Gives messages the lease that was configured. With exactly-once delivery also where they have
   * it: a message whose lease is lost already is not handed out at all.
   */
  private CompletableFuture<List<Held>> leased(List<ReceivedMessage> messages) {
    long started = System.nanoTime();
    List<Held> all = new ArrayList<>(messages.stream().map(reader::read).toList());
    all.forEach(held -> held.leased(started, lease));
    if (all.isEmpty() || (source.ackDeadline().equals(lease) && !source.exactlyOnce())) {
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

  private void ended(@Nullable List<Held> messages, @Nullable Throwable thrown, long sentNanos) {
    if (thrown != null && PubSubClient.status(thrown) != Code.DEADLINE_EXCEEDED) {
      outstanding.set(false);
      sink.failed(PubSubClient.failure(thrown));
      return;
    }
    List<Held> arrived = messages == null ? List.of() : messages;
    Duration early = EMPTY_ANSWER.minusNanos(System.nanoTime() - sentNanos);
    Runnable tell =
        () -> {
          outstanding.set(false);
          sink.arrived(arrived);
        };
    if (arrived.isEmpty() && !early.isNegative()) {
      connection.later(early, tell);
    } else {
      tell.run();
    }
  }
}
