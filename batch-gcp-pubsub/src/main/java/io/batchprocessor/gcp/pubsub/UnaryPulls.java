package io.batchprocessor.gcp.pubsub;

import com.google.api.gax.rpc.StatusCode.Code;
import com.google.pubsub.v1.ReceivedMessage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One unary {@code Pull} at a time, for no more than is wanted at that moment: exact. A closed gate
 * sends none, and the messages stay with the broker.
 *
 * <p>What that costs: a pull waits in the broker, so that an idle queue is answered as fast as by a
 * stream; but each batch costs a round trip. Messages arrive while earlier ones are at work, so
 * this shows only where a batch is done sooner than a round trip takes.
 *
 * <p>A pull that found nothing is not cancelled when {@code receive} ends: the broker might be
 * sending messages at that moment, and they would stay leased to nobody until their ack deadline
 * ended (the emulator does not notice a cancelled pull at all, and gives it the next message). It
 * stays out, and serves the next {@code receive}. If there is none because the gate closed
 * meanwhile, what the pull brings goes back.
 */
final class UnaryPulls implements Pulls {

  /** A broker that answers "nothing" sooner than this is not asked again before. */
  private static final Duration EMPTY_ANSWER = Duration.ofMillis(50);

  private static final Duration LINGER = Duration.ofMillis(200);

  private final PubSubClient client;
  private final Connection connection;
  private final Source source;
  private final int batchSize;
  private final FirstLease firstLease;
  private final Sink sink;
  private final AtomicBoolean outstanding = new AtomicBoolean();

  UnaryPulls(
      PubSubClient client,
      Connection connection,
      Source source,
      PubSubConfig config,
      Reader reader,
      Sink sink) {
    this.client = client;
    this.connection = connection;
    this.source = source;
    this.batchSize = config.batchSize();
    this.firstLease = new FirstLease(client, source, source.ackDeadline(), config.lease(), reader);
    this.sink = sink;
  }

  @Override
  public @Nullable Runnable ask(int max) {
    return outstanding.compareAndSet(false, true) ? () -> pull(max) : null;
  }

  private void pull(int max) {
    long sent = System.nanoTime();
    var unused =
        client
            .pull(source.name(), Math.min(max, batchSize))
            .exceptionallyCompose(UnaryPulls::nothingFound)
            .thenCompose(messages -> firstLease.give(messages, sink))
            .whenComplete((messages, thrown) -> ended(messages, thrown, sent));
  }

  @Override
  public boolean comesUnasked() {
    return false;
  }

  @Override
  public Duration linger() {
    return LINGER;
  }

  /** The pull that is out stays out. */
  @Override
  public CompletableFuture<?> rest() {
    return CompletableFuture.completedFuture(null);
  }

  /** A pull that waited as long as it may is one that found nothing. */
  private static CompletableFuture<List<ReceivedMessage>> nothingFound(Throwable thrown) {
    return PubSubClient.status(thrown) == Code.DEADLINE_EXCEEDED
        ? CompletableFuture.completedFuture(List.of())
        : CompletableFuture.failedFuture(thrown);
  }

  private void ended(@Nullable List<Held> messages, @Nullable Throwable thrown, long sentNanos) {
    if (messages == null) {
      sink.failed(
          PubSubClient.failure(Objects.requireNonNull(thrown)), () -> outstanding.set(false));
      return;
    }
    Duration early = EMPTY_ANSWER.minusNanos(System.nanoTime() - sentNanos);
    Runnable tell = () -> sink.arrived(messages, () -> outstanding.set(false));
    if (messages.isEmpty() && !early.isNegative()) {
      connection.later(early, tell);
    } else {
      tell.run();
    }
  }
}
