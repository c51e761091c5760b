package io.batchprocessor;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose deadlines count as equal, in groups that share a prefix; the groups take turns. A
 * turn is for those that were there when it began (gated service, as polling systems know it): a
 * group that never runs dry keeps nobody waiting for longer than what was buffered takes.
 */
final class PrefixTurns {

  /** A request without a prefix is a group of its own, by itself. */
  private final Map<Object, ArrayDeque<HeldRequest>> groups = new LinkedHashMap<>();

  private @Nullable Turn turn;

  /** The group whose turn it is, and how many of it may still go. */
  private record Turn(Object key, ArrayDeque<HeldRequest> group, int left) {}

  void add(HeldRequest request) {
    Long prefix = request.rank().prefix();
    Object key = prefix == null ? request : prefix;
    groups.computeIfAbsent(key, some -> new ArrayDeque<>()).add(request);
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** The one that goes next; null if there is none. */
  @Nullable HeldRequest peek() {
    Turn now = turn();
    return now == null ? null : now.group().peek();
  }

  /** Takes out what {@link #peek} gives. */
  void remove() {
    Turn now = turn();
    if (now != null) {
      now.group().remove();
      turn = new Turn(now.key(), now.group(), now.left() - 1);
      if (now.left() == 1) {
        endTurn(now);
      }
    }
  }

  private void endTurn(Turn ended) {
    groups.remove(ended.key());
    if (!ended.group().isEmpty()) {
      groups.put(ended.key(), ended.group());
    }
    turn = null;
  }

  private @Nullable Turn turn() {
    if (turn == null) {
      Iterator<Map.Entry<Object, ArrayDeque<HeldRequest>>> all = groups.entrySet().iterator();
      if (all.hasNext()) {
        Map.Entry<Object, ArrayDeque<HeldRequest>> first = all.next();
        turn = new Turn(first.getKey(), first.getValue(), first.getValue().size());
      }
    }
    return turn;
  }
}
