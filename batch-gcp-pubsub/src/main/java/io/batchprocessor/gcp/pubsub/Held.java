package io.batchprocessor.gcp.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that came from the broker: the receipt of a delivery. Whoever settles it ends it; from
 * then on every answer about it is that its lease is lost.
 *
 * <p>The end of its lease is kept here too, early by a margin: a subscription without exactly-once
 * delivery answers nothing about leases, so that after that moment we count it as lost ourselves.
 */
final class Held {

  private static final long MOST_MARGIN_NANOS = Duration.ofSeconds(1).toNanos();

  /** What became of it. */
  enum State {
    OPEN,
    /** Acknowledged in a batch that failed elsewhere: to be told once more that it went well. */
    ACKNOWLEDGED,
    ENDED
  }

  /**
   * What is known of a message beside its bytes.
   *
   * @param queue the request queue that it was first submitted to
   * @param forgiven how many of its deliveries are not counted: they ended with a release, or were
   *     for earlier attempts
   */
  record Facts(
      String queue,
      int attempt,
      int deliveryCount,
      int forgiven,
      Map<String, String> attributes,
      Instant publishedAt) {}

  /** Told when a message is nobody's business here any more. */
  @FunctionalInterface
  interface Keeper {
    /** It was acknowledged, or else went back to the broker. */
    void ended(Held held, boolean acknowledged);
  }

  private final Source source;
  private final Keeper keeper;
  private final String ackId;
  private final PubsubMessage message;
  private final Facts facts;
  private volatile State state = State.OPEN;
  private volatile long leaseEndNanos;
  private volatile boolean doubtful;
  private volatile boolean stored;

  Held(Source source, Keeper keeper, String ackId, PubsubMessage message, Facts facts) {
    this.source = source;
    this.keeper = keeper;
    this.ackId = ackId;
    this.message = message;
    this.facts = facts;
  }

  /** The receipt of a delivery of ours; null if it is not one. */
  static @Nullable Held find(Delivery delivery) {
    return delivery.receipt() instanceof Held held ? held : null;
  }

  static Held of(Delivery delivery) {
    @Nullable Held held = find(delivery);
    if (held == null) {
      throw new IllegalArgumentException("%s comes from another transport".formatted(delivery));
    }
    return held;
  }

  /** The same message, held until it is due again; this one ends. */
  Held forRetry(Retry retry) {
    Held next =
        new Held(
            source,
            keeper,
            ackId,
            message,
            new Facts(
                facts.queue(),
                retry.attempt(),
                1,
                facts.forgiven() + facts.deliveryCount() - 1,
                retry.attributes(),
                facts.publishedAt()));
    next.leaseEndNanos = leaseEndNanos;
    next.doubtful = true;
    state = State.ENDED;
    return next;
  }

  Delivery toDelivery(Duration lease) {
    return Delivery.builder(facts.queue(), Bytes.wrap(message.getData().toByteArray()))
        .attempt(facts.attempt())
        .deliveryCount(facts.deliveryCount())
        .attributes(facts.attributes())
        .enqueuedAt(facts.publishedAt())
        .lease(lease)
        .receipt(this)
        .build();
  }

  Source source() {
    return source;
  }

  String ackId() {
    return ackId;
  }

  PubsubMessage message() {
    return message;
  }

  /** How long the message is, with its attributes. */
  long bytes() {
    return message.getSerializedSize();
  }

  Facts facts() {
    return facts;
  }

  /** Whether the broker means the same by both, be it that one of them is a retry of the other. */
  boolean isSameDelivery(Held other) {
    return ackId.equals(other.ackId);
  }

  /** The ordering key that has to be respected; empty if there is none. */
  String orderingKey() {
    return source.ordered() ? message.getOrderingKey() : "";
  }

  State state() {
    return state;
  }

  /** Acknowledged, in a call that may yet fail for others. */
  void acknowledged() {
    if (leave(State.ACKNOWLEDGED)) {
      keeper.ended(this, true);
    }
  }

  /** Its acknowledgement was told: the last that there is to say about it. */
  void told() {
    state = State.ENDED;
  }

  /** It is the broker's again, or another process's. */
  void givenUp() {
    if (leave(State.ENDED)) {
      keeper.ended(this, false);
    }
  }

  /** Whether this call is the one that ends it. */
  private synchronized boolean leave(State to) {
    boolean open = state == State.OPEN;
    if (open) {
      state = to;
    }
    return open;
  }

  /** Whether it is ours, as far as we can tell. */
  boolean isHeld(long nowNanos) {
    return state == State.OPEN && leaseEndNanos - nowNanos > 0;
  }

  long leaseEndNanos() {
    return leaseEndNanos;
  }

  /** A lease of that length was given to it by a call that began at {@code startedNanos}. */
  void leased(long startedNanos, Duration lease) {
    leaseEndNanos =
        startedNanos + lease.toNanos() - Math.min(lease.toNanos() / 10, MOST_MARGIN_NANOS);
    doubtful = false;
  }

  /**
   * Whether its lease may be shorter than it should be: a call of the lease keeper, begun while it
   * was at work, may have reached the broker after the one that gave it the lease of a retry.
   */
  boolean isDoubtful() {
    return doubtful;
  }

  /** Whether what replaces it, a result or a retry, was confirmed already by a call that failed. */
  boolean isStored() {
    return stored;
  }

  void stored() {
    stored = true;
  }
}
