package io.batchprocessor;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** As they come, those that come back before new ones. What has to wait holds up all behind it. */
final class SingleFile implements Line {

  private final Lane retries;
  private final Lane fresh;
  private final LongSupplier ticker;
  private long heldBackUntilNanos;
  private @Nullable HeldRequest heldBack;

  SingleFile(Lane retries, Lane fresh, LongSupplier ticker) {
    this.retries = retries;
    this.fresh = fresh;
    this.ticker = ticker;
  }

  /**
   * The gate may think otherwise of another request: only the one that it was asked about waits.
   */
  @Override
  public @Nullable HeldRequest next() {
    HeldRequest head = head(retries);
    head = head == null ? head(fresh) : head;
    return head == heldBack ? null : head;
  }

  private static @Nullable HeldRequest head(Lane lane) {
    HeldRequest head = lane.first();
    while (head != null && !head.isBuffered()) {
      lane.remove();
      head = lane.first();
    }
    return head;
  }

  @Override
  public void remove(HeldRequest next) {
    if (retries.first() == next) {
      retries.remove();
    } else {
      fresh.remove();
    }
  }

  @Override
  public void holdBack(HeldRequest next, long untilNanos, boolean alone) {
    heldBack = next;
    heldBackUntilNanos = untilNanos;
  }

  @Override
  public void letGo(boolean all) {
    if (heldBack != null && (all || heldBackUntilNanos - ticker.getAsLong() <= 0)) {
      heldBack = null;
    }
  }

  @Override
  public long heldBackNanos(long nowNanos) {
    return heldBack == null ? Long.MAX_VALUE : Math.max(0, heldBackUntilNanos - nowNanos);
  }

  /** At the head only: in the middle they cost nothing but their room. */
  @Override
  public void forgetDecided() {
    HeldRequest unused = next();
  }
}
