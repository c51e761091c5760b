package io.batchprocessor.examples.harvest;

import java.util.Arrays;

/** Values with the exact percentiles of them, by nearest rank. Not thread-safe. */
final class Percentiles {

  private long[] values = new long[1_024];
  private int size;
  private boolean sorted;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
    sorted = false;
  }

  int count() {
    return size;
  }

  /** The smallest value that so many per cent do not exceed; 0 if there are none. */
  long at(double percent) {
    if (size == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(values, 0, size);
      sorted = true;
    }
    return values[(int) Math.max(0, Math.ceil(percent / 100 * size) - 1)];
  }
}
