package io.batchprocessor;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One of the two ways into a queue's buffer, of what is new or of what comes back, and how much
 * more may come on it: filled by one intake thread, emptied by whoever holds the dispatcher's
 * baton.
 */
final class Lane {

  private final int capacity;
  private final @Nullable Ranking ranking;
  private final ConcurrentLinkedQueue<HeldRequest> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private Runnable whenRoom = () -> {};

  /**
   * An empty lane.
   *
   * @param ranking says of each request what its place depends on; null: on nothing
   */
  Lane(int capacity, @Nullable Ranking ranking) {
    this.capacity = capacity;
    this.ranking = ranking;
  }

  /** Whom to tell when half of it is empty; set before the threads start. */
  void whenRoom(Runnable listener) {
    whenRoom = listener;
  }

  void add(HeldRequest request) {
    if (ranking != null) {
      request.rank(ranking.of(request.message()));
    }
    size.incrementAndGet();
    requests.add(request);
  }

  int room() {
    return capacity - size.get();
  }

  /** Whether half of it is empty: the intake asks for more only then. */
  boolean isHalfEmpty() {
    return 2 * room() >= capacity;
  }

  /** How many came and have not left. */
  int size() {
    return size.get();
  }

  /** The one that came first, of those that were not taken over. */
  @Nullable HeldRequest first() {
    return requests.peek();
  }

  /** Takes over what came first. It counts until {@link #left}. */
  @Nullable HeldRequest takeOver() {
    return requests.poll();
  }

  /** One that was taken over has left the buffer. */
  void left() {
    if (2 * size.decrementAndGet() <= capacity) {
      whenRoom.run();
    }
  }

  /** Takes out what came first. */
  void remove() {
    if (takeOver() != null) {
      left();
    }
  }
}
