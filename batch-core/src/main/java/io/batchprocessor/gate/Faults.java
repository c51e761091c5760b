package io.batchprocessor.gate;

import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with the values of a builder, told at once. */
final class Faults {

  private final List<String> all = new ArrayList<>();

  void unless(boolean holds, String fault) {
    if (!holds) {
      all.add(fault);
    }
  }

  /** Throws if there is one. */
  void raise() {
    if (!all.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", all));
    }
  }
}
