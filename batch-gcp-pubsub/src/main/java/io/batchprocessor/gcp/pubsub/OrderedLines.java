package io.batchprocessor.gcp.pubsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final Map<String, ArrayDeque<Held>> waitingByKey = new HashMap<>();
  private int waiting;

  /** Whether a message may be handed out; else it waits here. */
  boolean admits(Held held) {
    String key = held.orderingKey();
    if (key.isEmpty()) {
      return true;
    }
    @Nullable ArrayDeque<Held> line = waitingByKey.get(key);
    if (line == null) {
      waitingByKey.put(key, new ArrayDeque<>());
      return true;
    }
    line.add(held);
    waiting++;
    return false;
  }

  /** After an acknowledgement: the next that may be handed out; null if nobody waits. */
  @Nullable Held next(String key) {
    @Nullable ArrayDeque<Held> line = waitingByKey.get(key);
    if (line == null || line.isEmpty()) {
      waitingByKey.remove(key);
      return null;
    }
    waiting--;
    return line.poll();
  }

  /**
   * The first goes back to the broker: so must those behind it, or they would overtake it. The
   * broker delivers all of them again in the order of their publication; the emulator does not.
   */
  List<Held> disband(String key) {
    @Nullable ArrayDeque<Held> line = waitingByKey.remove(key);
    if (line == null) {
      return List.of();
    }
    waiting -= line.size();
    return List.copyOf(line);
  }

  int waiting() {
    return waiting;
  }

  /** All that wait, in no order but that of their keys. */
  List<Held> all() {
    List<Held> all = new ArrayList<>();
    waitingByKey.values().forEach(all::addAll);
    return all;
  }
}
