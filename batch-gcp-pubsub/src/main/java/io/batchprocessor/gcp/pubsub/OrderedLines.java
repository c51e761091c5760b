package io.batchprocessor.gcp.pubsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the order of messages that share an ordering key: one of them is handed out, the others
 * that came with it wait until it is acknowledged, however often it has to be tried. The broker
 * sends several of one key at once, in order, and none to another process meanwhile: those that
 * wait here are of no use to anybody else.
 *
 * <p>Guarded by its queue's lock.
 */
final class OrderedLines {

  private final Map<String, Line> byKey = new HashMap<>();
  private final Room room;

  /** Messages of one key: the first is handed out, or will be next. */
  private record Line(Held first, ArrayDeque<Held> behind) {}

  /** Lines that may hold so much behind their first. */
  OrderedLines(Room room) {
    this.room = room;
  }

  /** Whether a message may be handed out; else it waits here. */
  boolean admits(Held held) {
    String key = held.orderingKey();
    if (key.isEmpty()) {
      return true;
    }
    @Nullable Line line = byKey.get(key);
    if (line == null) {
      byKey.put(key, new Line(held, new ArrayDeque<>()));
      return true;
    }
    line.behind().add(held);
    room.add(held);
    return false;
  }

  /** One was acknowledged: the next that may be handed out; null if nobody waits for it. */
  @Nullable Held next(Held acknowledged) {
    @Nullable Line line = byKey.get(acknowledged.orderingKey());
    if (line == null || !line.first().isSameDelivery(acknowledged)) {
      return null;
    }
    @Nullable Held next = line.behind().poll();
    if (next == null) {
      byKey.remove(acknowledged.orderingKey());
      return null;
    }
    room.remove(next);
    byKey.put(acknowledged.orderingKey(), new Line(next, line.behind()));
    return next;
  }

  /**
   * One is about to go back to the broker: so must those behind it, or they would overtake it. The
   * broker delivers all of them again in the order of their publication; the emulator does not.
   */
  List<Held> takeBehind(Held held) {
    @Nullable Line line = byKey.get(held.orderingKey());
    if (line == null) {
      return List.of();
    }
    List<Held> behind = new ArrayList<>();
    boolean found = line.first().isSameDelivery(held);
    for (Iterator<Held> all = line.behind().iterator(); all.hasNext(); ) {
      Held one = all.next();
      if (found) {
        behind.add(one);
      }
      found |= one.isSameDelivery(held);
      if (found) {
        all.remove();
        room.remove(one);
      }
    }
    return behind;
  }

  /**
   * One is not ours any more: those behind it, which must go back too. What comes of its key from
   * now on need not wait for it.
   */
  List<Held> leave(Held held) {
    List<Held> behind = takeBehind(held);
    byKey.computeIfPresent(
        held.orderingKey(), (key, line) -> line.first().isSameDelivery(held) ? null : line);
    return behind;
  }

  /** Whether nothing more should come. */
  boolean isFull() {
    return room.isFull();
  }

  /** All that wait, in no order but that of their keys. */
  List<Held> all() {
    List<Held> all = new ArrayList<>();
    byKey.values().forEach(line -> all.addAll(line.behind()));
    return all;
  }
}
