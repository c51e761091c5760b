package io.batchprocessor.memory;

import static io.batchprocessor.memory.StoredMessage.BY_TURN;

import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue that nobody holds, by turn.
 *
 * <p>Nearly all arrive in the order in which they leave; these are kept in a deque, where adding
 * and taking cost the same however many there are. Only what comes back to its old place, or is due
 * before others that were there first, pays for sorting.
 *
 * <p>Guarded by the transport's lock.
 */
final class Waiting {

  private final ArrayDeque<StoredMessage> inOrder = new ArrayDeque<>();
  private final PriorityQueue<StoredMessage> outOfOrder = new PriorityQueue<>(BY_TURN);

  void add(StoredMessage message) {
    @Nullable StoredMessage last = inOrder.peekLast();
    if (last == null || BY_TURN.compare(last, message) < 0) {
      inOrder.addLast(message);
    } else {
      outOfOrder.add(message);
    }
  }

  /** Takes the message whose turn it is; null if none is available yet. */
  @Nullable StoredMessage poll(long now) {
    Queue<StoredMessage> source = nextSource();
    @Nullable StoredMessage next = source.peek();
    return next == null || next.availableAt() > now ? null : source.poll();
  }

  /** The message whose turn is next, be it available or not; null if there is none. */
  @Nullable StoredMessage peek() {
    return nextSource().peek();
  }

  /**
   * Those whose turn is next, by turn, {@code max} at the most. Looks at all that are out of order,
   * and sorts twice {@code max} at the most.
   */
  List<StoredMessage> first(int max) {
    PriorityQueue<StoredMessage> others = new PriorityQueue<>(BY_TURN.reversed());
    for (StoredMessage message : outOfOrder) {
      others.add(message);
      if (others.size() > max) {
        others.remove();
      }
    }
    return Stream.concat(inOrder.stream().limit(max), others.stream())
        .sorted(BY_TURN)
        .limit(max)
        .toList();
  }

  int size() {
    return inOrder.size() + outOfOrder.size();
  }

  void forEach(Consumer<StoredMessage> action) {
    inOrder.forEach(action);
    outOfOrder.forEach(action);
  }

  void clear() {
    inOrder.clear();
    outOfOrder.clear();
  }

  private Queue<StoredMessage> nextSource() {
    @Nullable StoredMessage other = outOfOrder.peek();
    if (other == null) {
      return inOrder;
    }
    @Nullable StoredMessage first = inOrder.peek();
    return first == null || BY_TURN.compare(other, first) < 0 ? outOfOrder : inOrder;
  }
}
