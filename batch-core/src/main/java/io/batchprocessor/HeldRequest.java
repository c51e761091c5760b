package io.batchprocessor;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RequestView;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the rooms. Whoever wins {@link #decideInBuffer} or {@link
 * #decideInFlight} says how it ends, and nobody else does.
 */
final class HeldRequest extends HeldMessage implements RequestView {

  private enum Phase {
    BUFFERED,
    IN_FLIGHT,
    DECIDED
  }

  /** No deadline needs to be later, and sums of milliseconds stay in range. */
  private static final Instant FAR = Instant.ofEpochMilli(Long.MAX_VALUE / 4);

  private final RequestMessage message;
  private final QueueBuffer buffer;
  private final long receivedNanos;
  private final long deadlineMillis;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BUFFERED);
  private volatile @Nullable CompletableFuture<InferenceResponse> exchange;
  private volatile @Nullable AttemptOutcome aborted;
  private long dispatchedNanos;
  private volatile long timeoutNanos = Long.MAX_VALUE;
  private volatile boolean permitBack;
  private Rank rank = Rank.NONE;

  HeldRequest(
      Delivery delivery,
      RequestQueue source,
      RequestMessage message,
      QueueBuffer buffer,
      long askedNanos,
      long receivedNanos) {
    super(delivery, source, askedNanos);
    this.message = message;
    this.buffer = buffer;
    this.receivedNanos = receivedNanos;
    this.deadlineMillis = saturatedMillis(message.deadline());
  }

  @Override
  public RequestMessage message() {
    return message;
  }

  @Override
  public String queue() {
    return delivery().queue();
  }

  @Override
  public Map<String, String> labels() {
    return buffer.config().labels();
  }

  @Override
  public int attempt() {
    return delivery().attempt();
  }

  @Override
  public Optional<Instant> enqueuedAt() {
    return delivery().enqueuedAt();
  }

  @Override
  public Map<String, String> notes() {
    return Notes.in(delivery().attributes());
  }

  @Override
  public long bufferedNanos() {
    // The volatile field is written after the other.
    return timeoutNanos == Long.MAX_VALUE ? 0 : dispatchedNanos - receivedNanos;
  }

  QueueBuffer buffer() {
    return buffer;
  }

  /** Says what its place depends on; before the dispatcher sees it. */
  void rank(Rank rank) {
    this.rank = rank;
  }

  Rank rank() {
    return rank;
  }

  long deadlineMillis() {
    return deadlineMillis;
  }

  /** Time to the deadline; 0 once it has passed, a lot if it is far. */
  long leftNanos(long nowMillis) {
    return leftNanos(deadlineMillis, nowMillis);
  }

  /** Likewise, of a request that is not held. */
  static long leftNanos(RequestMessage message, long nowMillis) {
    return leftNanos(saturatedMillis(message.deadline()), nowMillis);
  }

  private static long leftNanos(long deadlineMillis, long nowMillis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.max(0, deadlineMillis - nowMillis));
  }

  long receivedNanos() {
    return receivedNanos;
  }

  /** When the attempt began; of use while in flight and to whoever decides then. */
  long dispatchedNanos() {
    return dispatchedNanos;
  }

  /** Moves it from the buffer into flight; false if it was decided in the buffer. */
  boolean dispatch(long nowNanos, long timeoutAfterNanos) {
    dispatchedNanos = nowNanos;
    timeoutNanos = nowNanos + timeoutAfterNanos;
    return phase.compareAndSet(Phase.BUFFERED, Phase.IN_FLIGHT);
  }

  /** Remembers what to abort. Aborts it at once if the request was decided meanwhile. */
  void sent(CompletableFuture<InferenceResponse> exchange) {
    this.exchange = exchange;
    if (phase.get() == Phase.DECIDED) {
      exchange.cancel(true);
    }
  }

  /**
   * Wins the right to say how it ends before it was sent; false if it was sent, or somebody was
   * faster. Requests only move forward: who tries this first and {@link #decideInFlight} next
   * misses none.
   */
  boolean decideInBuffer() {
    return phase.compareAndSet(Phase.BUFFERED, Phase.DECIDED);
  }

  /** Wins the right to say how its attempt ends; false if none is under way, or another has it. */
  boolean decideInFlight() {
    return phase.compareAndSet(Phase.IN_FLIGHT, Phase.DECIDED);
  }

  /**
   * Gives up the exchange with the gateway, if there is one; to be called after {@link
   * #decideInFlight}.
   *
   * @param outcome what the attempt counts as for its gate
   */
  void abort(AttemptOutcome outcome) {
    aborted = outcome;
    CompletableFuture<InferenceResponse> sent = exchange;
    if (sent != null) {
      sent.cancel(true);
    }
  }

  /** What {@link #abort} was told; null if the exchange ended by itself. */
  @Nullable AttemptOutcome abortedAs() {
    return aborted;
  }

  /** The attempt has ended, and its permit is with its gates again. */
  void permitCameBack() {
    permitBack = true;
  }

  boolean isPermitBack() {
    return permitBack;
  }

  boolean isBuffered() {
    return phase.get() == Phase.BUFFERED;
  }

  boolean isInFlight() {
    return phase.get() == Phase.IN_FLIGHT;
  }

  boolean isTimedOut(long nowNanos) {
    return isInFlight() && nowNanos - timeoutNanos >= 0;
  }

  private static long saturatedMillis(Instant deadline) {
    return deadline.isAfter(FAR) ? FAR.toEpochMilli() : deadline.toEpochMilli();
  }
}
