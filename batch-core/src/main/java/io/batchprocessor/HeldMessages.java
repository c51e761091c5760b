package io.batchprocessor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Everything that the processor holds, from intake until it is settled. */
final class HeldMessages {

  private final Set<HeldMessage> all = ConcurrentHashMap.newKeySet();

  void add(HeldMessage held) {
    all.add(held);
  }

  void remove(HeldMessage held) {
    all.remove(held);
  }

  boolean contains(HeldMessage held) {
    return all.contains(held);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  Stream<HeldMessage> stream() {
    return all.stream();
  }

  Stream<HeldRequest> requests() {
    return all.stream().filter(HeldRequest.class::isInstance).map(HeldRequest.class::cast);
  }
}
