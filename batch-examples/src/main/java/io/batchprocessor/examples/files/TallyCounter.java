package io.batchprocessor.examples.files;

import java.util.concurrent.atomic.LongAdder;

/** Counts for a {@link Tally}. Safe to use from several threads. */
final class TallyCounter {
  final LongAdder before = new LongAdder();
  final LongAdder succeeded = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder rejected = new LongAdder();
  final LongAdder duplicates = new LongAdder();

  private final long total;

  TallyCounter(long total) {
    this.total = total;
  }

  Tally snapshot() {
    return new Tally(
        total, before.sum(), succeeded.sum(), failed.sum(), rejected.sum(), duplicates.sum());
  }
}
