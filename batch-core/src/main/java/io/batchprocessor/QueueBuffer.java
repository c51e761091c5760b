package io.batchprocessor;

import io.batchprocessor.spi.QueueView;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one queue that were taken from the broker and wait for dispatch. Filled by the
 * intakes through two lanes, emptied by the dispatcher in the order of the line.
 */
final class QueueBuffer implements QueueView {

  private final QueueConfig config;
  private final GatewayTarget target;
  private final TransformChain transforms;
  private final QueueGates gate;
  private final LongSupplier ticker;
  private final Lane fresh;
  private final Lane retries;
  private final Line line;
  private @Nullable HeldRequest seen;

  /**
   * An empty buffer.
   *
   * @param capacity of each lane, unless the queue's order has a window of its own
   */
  QueueBuffer(
      QueueConfig config,
      GatewayTarget target,
      TransformChain transforms,
      QueueGates gate,
      int capacity,
      LongSupplier ticker) {
    this.config = config;
    this.target = target;
    this.transforms = transforms;
    this.gate = gate;
    this.ticker = ticker;
    QueueOrder order = config.order();
    int window = order.window(capacity);
    Ranking ranking = order.isByArrival() ? null : new Ranking(order);
    this.fresh = new Lane(window, ranking);
    this.retries = new Lane(window, ranking);
    this.line =
        order.isByArrival()
            ? new SingleFile(retries, fresh, ticker)
            : new FairLine(retries, fresh, order, ticker);
  }

  QueueConfig config() {
    return config;
  }

  GatewayTarget target() {
    return target;
  }

  TransformChain transforms() {
    return transforms;
  }

  QueueGates gate() {
    return gate;
  }

  /** Where the intake of its request queue puts what it takes. */
  Lane fresh() {
    return fresh;
  }

  /** Where the retry queue's intake puts what is due. */
  Lane retries() {
    return retries;
  }

  /** Which of them goes next; for whoever holds the dispatcher's baton. */
  Line line() {
    return line;
  }

  /**
   * Looks whether there is a request that may go, for the methods of {@link QueueView} to show.
   * Once for all of them: a request may be decided at any moment, also while a policy compares.
   */
  boolean look() {
    seen = line.next();
    return seen != null;
  }

  @Override
  public String name() {
    return config.name();
  }

  /** What a merge policy may pick from: nothing while the queue is held back. */
  @Override
  public int buffered() {
    return seen == null ? 0 : Math.max(1, size());
  }

  int size() {
    return fresh.size() + retries.size();
  }

  @Override
  public int weight() {
    return config.weight();
  }

  @Override
  public long headDeadlineMillis() {
    HeldRequest head = seen;
    return head == null ? Long.MAX_VALUE : head.deadlineMillis();
  }

  @Override
  public long headWaitNanos() {
    HeldRequest head = seen;
    return head == null ? 0 : ticker.getAsLong() - head.receivedNanos();
  }
}
