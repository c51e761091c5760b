package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What it takes to settle a delivery. Open until the delivery was settled, or its lease lost. */
final class Receipt {

  private final Source source;
  private final byte[] id;
  private final @Nullable String rank;
  private final @Nullable LlmdEnvelope envelope;
  private final long notCancelledUntilNanos;
  private final Consumer<Receipt> onClose;
  private volatile boolean open = true;

  /**
   * A receipt.
   *
   * @param id entry id or lease token
   * @param rank where the message belongs among those that wait; null if by its age
   * @param envelope what the message was wrapped in; null if it was not
   * @param notCancelledUntilNanos until when nobody can have cancelled it, by the nano clock
   * @param onClose told when it closes, perhaps more than once
   */
  Receipt(
      Source source,
      byte[] id,
      @Nullable String rank,
      @Nullable LlmdEnvelope envelope,
      long notCancelledUntilNanos,
      Consumer<Receipt> onClose) {
    this.source = source;
    this.id = id;
    this.rank = rank;
    this.envelope = envelope;
    this.notCancelledUntilNanos = notCancelledUntilNanos;
    this.onClose = onClose;
  }

  static Receipt of(Delivery delivery) {
    if (delivery.receipt() instanceof Receipt receipt) {
      return receipt;
    }
    throw new IllegalArgumentException("%s comes from another transport".formatted(delivery));
  }

  Source source() {
    return source;
  }

  byte[] id() {
    return id;
  }

  @Nullable String rank() {
    return rank;
  }

  @Nullable LlmdEnvelope envelope() {
    return envelope;
  }

  boolean isOpen() {
    return open;
  }

  /** Ends it: whatever is asked of it from now on, the answer is that the lease is lost. */
  void close() {
    open = false;
    onClose.accept(this);
  }

  boolean mayBeCancelled(long nowNanos) {
    return nowNanos - notCancelledUntilNanos >= 0;
  }
}
