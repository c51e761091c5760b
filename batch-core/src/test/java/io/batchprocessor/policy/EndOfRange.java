package io.batchprocessor.policy;

import java.util.random.RandomGenerator;

/** Always the least number that was asked for, or always the greatest. */
enum EndOfRange implements RandomGenerator {
  LEAST,
  GREATEST;

  @Override
  public long nextLong() {
    throw new UnsupportedOperationException("only bounded numbers");
  }

  @Override
  public long nextLong(long bound) {
    return this == LEAST ? 0 : bound - 1;
  }
}
