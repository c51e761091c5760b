package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Gathers what is wrong with a configuration, so that it is said all at once. */
final class Problems {

  private final List<String> all = new ArrayList<>();

  void add(String problem) {
    all.add(problem);
  }

  void addAll(List<String> problems) {
    all.addAll(problems);
  }

  /** What the supplier gives; empty if it finds something wrong. */
  <T> Optional<T> attempt(Supplier<T> supplier) {
    try {
      return Optional.of(supplier.get());
    } catch (InvalidSettingsException e) {
      addAll(e.problems());
      return Optional.empty();
    }
  }

  /**
   * Says it.
   *
   * @throws InvalidSettingsException if anything was wrong
   */
  void throwIfAny() {
    if (!all.isEmpty()) {
      throw new InvalidSettingsException(all.stream().distinct().toList());
    }
  }
}
