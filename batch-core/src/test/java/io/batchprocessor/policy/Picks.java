package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import java.util.List;
import java.util.SplittableRandom;

/** Runs a policy over queues. */
final class Picks {

  private Picks() {}

  /** The names of the next picks, such as {@code aaba}. */
  static String next(int count, MergePolicy policy, List<FakeQueue> queues) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      names.append(policy.select(queues).name());
    }
    return names.toString();
  }

  /** How many of the next picks each queue gets. */
  static int[] count(int picks, MergePolicy policy, List<FakeQueue> queues) {
    int[] counts = new int[queues.size()];
    for (int i = 0; i < picks; i++) {
      counts[queues.indexOf((FakeQueue) policy.select(queues))]++;
    }
    return counts;
  }

  /**
   * Fills and empties each queue at random, but leaves the one at {@code filled} with something.
   */
  static void flicker(
      List<FakeQueue> queues, int filled, double emptyShare, SplittableRandom dice) {
    for (FakeQueue queue : queues) {
      queue.buffered = dice.nextDouble() < emptyShare ? 0 : dice.nextInt(1, 100);
    }
    queues.get(filled).buffered = dice.nextInt(1, 100);
  }
}
