package io.batchprocessor.kitcheck;

import io.batchprocessor.spi.Settings;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A way in which an adapter can be wrong.
 *
 * @param name what it does
 * @param breaks the rules that it breaks: one, or a few where rules overlap by what they say
 * @param broker makes a broker whose adapter does it
 */
record Fault(String name, Set<Integer> breaks, Supplier<MemoryBroker> broker) {

  /** Makes a faulty transport. */
  @FunctionalInterface
  interface Opener extends BiFunction<MemoryBroker, Settings, BrokerTransport> {}

  static Fault transport(String name, Opener opener, Integer... breaks) {
    return broker(name, () -> new MemoryBroker(opener), breaks);
  }

  static Fault broker(String name, Supplier<MemoryBroker> broker, Integer... breaks) {
    return new Fault(name, new TreeSet<>(Set.of(breaks)), broker);
  }

  @Override
  public String toString() {
    return name;
  }
}
