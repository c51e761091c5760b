package io.batchprocessor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Earliest deadline first; among deadlines that count as equal, requests whose prompts begin alike
 * go one after another, so that the engine still has the beginning in its prefix cache.
 */
final class PrefixOrder implements WaitingOrder {

  private final long toleranceMillis;
  private final TreeMap<Long, PrefixTurns> byDeadline = new TreeMap<>();

  /**
   * An empty one.
   *
   * @param toleranceMillis deadlines in the same such period since 1970 count as equal; positive
   */
  PrefixOrder(long toleranceMillis) {
    this.toleranceMillis = toleranceMillis;
  }

  @Override
  public void add(HeldRequest request) {
    byDeadline
        .computeIfAbsent(
            Math.floorDiv(request.deadlineMillis(), toleranceMillis), period -> new PrefixTurns())
        .add(request);
  }

  @Override
  public @Nullable HeldRequest peek() {
    Map.Entry<Long, PrefixTurns> first = byDeadline.firstEntry();
    return first == null ? null : first.getValue().peek();
  }

  @Override
  public void remove() {
    PrefixTurns first = byDeadline.firstEntry().getValue();
    first.remove();
    if (first.isEmpty()) {
      byDeadline.pollFirstEntry();
    }
  }

  @Override
  public List<HeldRequest> removeAll() {
    List<HeldRequest> all = new ArrayList<>();
    for (HeldRequest next = peek(); next != null; next = peek()) {
      all.add(next);
      remove();
    }
    return all;
  }
}
