package io.batchprocessor;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose deadlines count as equal, in groups that share a prefix; the groups take turns. A
 * turn is for those that are there when its first request goes (gated service, as polling systems
 * know it): a group that never runs dry keeps nobody waiting for longer than what was buffered
 * takes.
 */
final class PrefixTurns {

  /** The one whose turn it is first. A request without a prefix is a group by itself. */
  private final Map<Object, ArrayDeque<HeldRequest>> groups = new LinkedHashMap<>();

  /** How many may still go in the turn that has begun; 0: the next has not. */
  private int left;

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
    Iterator<ArrayDeque<HeldRequest>> all = groups.values().iterator();
    return all.hasNext() ? all.next().peek() : null;
  }

  /** Takes out what {@link #peek} gives. */
  void remove() {
    Map.Entry<Object, ArrayDeque<HeldRequest>> first = groups.entrySet().iterator().next();
    Object key = first.getKey();
    ArrayDeque<HeldRequest> group = first.getValue();
    left = left == 0 ? group.size() : left;
    group.remove();
    left--;
    if (left == 0) {
      groups.remove(key);
      if (!group.isEmpty()) {
        groups.put(key, group);
      }
    }
  }
}
