package io.batchprocessor.kitcheck;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A way in which a policy, a strategy, a gate or a transform can be wrong.
 *
 * @param name what it does
 * @param breaks the rules that it breaks
 * @param subject makes one that does it
 * @param <T> what it is
 */
record PolicyFault<T>(String name, Set<Integer> breaks, Supplier<T> subject) {

  static <T> PolicyFault<T> of(String name, Supplier<T> subject, Integer... breaks) {
    return new PolicyFault<>(name, new TreeSet<>(Set.of(breaks)), subject);
  }

  @Override
  public String toString() {
    return name;
  }
}
