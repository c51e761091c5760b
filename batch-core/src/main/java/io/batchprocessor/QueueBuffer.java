package io.batchprocessor;

import io.batchprocessor.spi.QueueView;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one queue that were taken from the broker and wait for dispatch: those that come
 * back for another attempt first, then new ones. Filled by the intakes, emptied by the dispatcher,
 * which alone may call the methods that look at its head.
 */
final class QueueBuffer implements QueueView {

  private final QueueConfig config;
  private final GatewayTarget target;
  private final TransformChain transforms;
  private final QueueGates gate;
  private final int capacity;
  private final LongSupplier ticker;
  private final Lane fresh = new Lane();
  private final Lane retries = new Lane();
  private long heldBackUntilNanos;
  private @Nullable HeldRequest heldBack;
  private @Nullable HeldRequest seen;

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
    this.capacity = capacity;
    this.ticker = ticker;
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

  /** The request that would go next, without those that were decided while they waited. */
  @Nullable HeldRequest head() {
    HeldRequest head = retries.head();
    return head == null ? fresh.head() : head;
  }

  /** Takes out what {@link #head} gave. By now a retry may have come, which would go before it. */
  void remove(HeldRequest head) {
    if (retries.first() == head) {
      retries.remove();
    } else {
      fresh.remove();
    }
  }

  /**
   * Passes the queue over until that time: its gate said wait. Only as long as the request that the
   * gate was asked about is the next to go: the gate may think otherwise of another.
   */
  void holdBack(HeldRequest head, long untilNanos) {
    heldBack = head;
    heldBackUntilNanos = untilNanos;
  }

  void letGo() {
    heldBack = null;
  }

  /** Nanoseconds until it may be looked at again; 0 if it may now. */
  long heldBackNanos(long nowNanos) {
    if (heldBack != null && heldBackUntilNanos - nowNanos <= 0) {
      heldBack = null;
    }
    return heldBack != null ? heldBackUntilNanos - nowNanos : 0;
  }

  /**
   * Looks whether there is a request that may go, for the methods of {@link QueueView} to show.
   * Once for all of them: a request may be decided at any moment, also while a policy compares.
   */
  boolean look() {
    HeldRequest head = head();
    seen = head == heldBack ? null : head;
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

  /** One of the two lines: filled by one intake thread, emptied by the dispatcher. */
  final class Lane {
    private final ConcurrentLinkedQueue<HeldRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private Runnable whenRoom = () -> {};

    /** Whom to tell when half of it is empty; set before the threads start. */
    void whenRoom(Runnable listener) {
      whenRoom = listener;
    }

    void add(HeldRequest request) {
      size.incrementAndGet();
      requests.add(request);
    }

    int room() {
      return capacity - size.get();
    }

    int capacity() {
      return capacity;
    }

    int size() {
      return size.get();
    }

    private @Nullable HeldRequest head() {
      HeldRequest head = requests.peek();
      while (head != null && !head.isBuffered()) {
        remove();
        head = requests.peek();
      }
      return head;
    }

    private @Nullable HeldRequest first() {
      return requests.peek();
    }

    private void remove() {
      if (requests.poll() != null && 2 * size.decrementAndGet() <= capacity) {
        whenRoom.run();
      }
    }
  }
}
