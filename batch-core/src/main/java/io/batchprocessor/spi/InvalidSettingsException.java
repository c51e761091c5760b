package io.batchprocessor.spi;

import java.util.List;

/** Settings that can't be used; every fault at once, each with what would be right. */
public final class InvalidSettingsException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** One fault. */
  public InvalidSettingsException(String problem) {
    this(List.of(problem));
  }

  /** All faults, in the order in which they should be read. */
  public InvalidSettingsException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** The faults, one sentence each. */
  public List<String> problems() {
    return problems;
  }
}
