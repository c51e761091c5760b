package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message, handed out by a broker for a while: to be acknowledged, released or scheduled again,
 * once. Compared by identity: the same message handed out twice is two deliveries.
 */
public final class Delivery {

  private final String queue;
  private final Bytes body;
  private final int attempt;
  private final int deliveryCount;
  private final Duration lease;
  private final Map<String, String> attributes;
  private final @Nullable Instant enqueuedAt;
  private final @Nullable Object receipt;

  private Delivery(Builder builder) {
    queue = builder.queue;
    body = builder.body;
    attempt = builder.attempt;
    deliveryCount = builder.deliveryCount;
    lease = builder.lease;
    attributes = builder.attributes;
    enqueuedAt = builder.enqueuedAt;
    receipt = builder.receipt;
  }

  /**
   * A delivery of {@code body}.
   *
   * @param queue the request queue that the message was first submitted to, also when it comes back
   *     from the retry queue
   */
  public static Builder builder(String queue, Bytes body) {
    return new Builder(queue, body);
  }

  /** The request queue that the message was first submitted to. */
  public String queue() {
    return queue;
  }

  /** What the producer wrote. */
  public Bytes body() {
    return body;
  }

  /** Which attempt at the request this is for; the first is 1. */
  public int attempt() {
    return attempt;
  }

  /**
   * How often this attempt has been handed out, this time included; at least 1. It grows only when
   * a lease ran out: a release does not count.
   */
  public int deliveryCount() {
    return deliveryCount;
  }

  /** How long the broker keeps it for us from now, or from an extension; zero: for good. */
  public Duration lease() {
    return lease;
  }

  /** What the broker says about the message beside its body; reaches the request's metadata. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** When the message was submitted, by the broker's clock, where the broker knows. */
  public Optional<Instant> enqueuedAt() {
    return Optional.ofNullable(enqueuedAt);
  }

  /** The adapter's own: what it needs to settle the delivery. Null if it needs nothing. */
  public @Nullable Object receipt() {
    return receipt;
  }

  /** Names queue, attempt and size; never the contents. */
  @Override
  public String toString() {
    return "Delivery[queue=%s, attempt=%d, deliveryCount=%d, bytes=%d]"
        .formatted(queue, attempt, deliveryCount, body.length());
  }

  /** Builds a {@link Delivery}. */
  public static final class Builder {
    private final String queue;
    private final Bytes body;
    private int attempt = 1;
    private int deliveryCount = 1;
    private Duration lease = Duration.ZERO;
    private Map<String, String> attributes = Map.of();
    private @Nullable Instant enqueuedAt;
    private @Nullable Object receipt;

    private Builder(String queue, Bytes body) {
      this.queue = Objects.requireNonNull(queue, "queue");
      this.body = Objects.requireNonNull(body, "body");
    }

    /**
     * Sets {@link Delivery#attempt()}; default 1.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public Builder attempt(int attempt) {
      this.attempt = atLeastOne("attempt", attempt);
      return this;
    }

    /**
     * Sets {@link Delivery#deliveryCount()}; default 1.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public Builder deliveryCount(int deliveryCount) {
      this.deliveryCount = atLeastOne("deliveryCount", deliveryCount);
      return this;
    }

    /**
     * Sets {@link Delivery#lease()}; default zero, for good.
     *
     * @throws IllegalArgumentException if negative
     */
    public Builder lease(Duration lease) {
      if (lease.isNegative()) {
        throw new IllegalArgumentException("lease must not be negative, is " + lease);
      }
      this.lease = lease;
      return this;
    }

    /** Sets {@link Delivery#attributes()}; default none. Copied. */
    public Builder attributes(Map<String, String> attributes) {
      this.attributes = Map.copyOf(attributes);
      return this;
    }

    /** Sets {@link Delivery#enqueuedAt()}; default unknown. */
    public Builder enqueuedAt(@Nullable Instant enqueuedAt) {
      this.enqueuedAt = enqueuedAt;
      return this;
    }

    /** Sets {@link Delivery#receipt()}; default null. */
    public Builder receipt(@Nullable Object receipt) {
      this.receipt = receipt;
      return this;
    }

    /** The delivery. */
    public Delivery build() {
      return new Delivery(this);
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, is " + value);
      }
      return value;
    }
  }
}
