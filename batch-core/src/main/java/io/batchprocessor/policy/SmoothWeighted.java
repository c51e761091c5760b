package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Smooth weighted round robin. A queue's credit is what it is owed, in units of one W-th of a pick,
 * W being the sum of the weights.
 *
 * <p>Why the credits are bounded, and so the waits that {@link MergePolicies#weighted} promises:
 * let T(k) be the largest sum of the credits of any k of the n queues. A pick that is one of the k
 * does not raise their sum. Another pick m raises it only if m's credit, weights added, was as
 * large as theirs, so that their part of the k + 1 is at most k/(k + 1) of T(k + 1) + W. Cancelling
 * a queue's credit leaves the sum of one queue fewer. With nothing cancelled T(n) is 0, which makes
 * T(1) at most W(1/2 + … + 1/n); with cancelling, T(k) ≤ (n - 1)W for all k keeps itself up. The
 * same from below, with the least sums, gives at least -2(n - 1)W. A credit that rises by w with
 * each pick of others therefore can't do so more than 3(n - 1)W/w times.
 */
final class SmoothWeighted implements MergePolicy {

  /** By position; the number and order of the queues do not change (rule 704). */
  private long[] credits = {};

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    int size = queues.size();
    if (credits.length != size) {
      credits = new long[size];
    }
    @Nullable QueueView richest = null;
    int picked = -1;
    long totalWeight = 0;
    for (int i = 0; i < size; i++) {
      QueueView queue = queues.get(i);
      if (queue.buffered() > 0) {
        int weight = queue.weight();
        totalWeight += weight;
        credits[i] += weight;
        if (richest == null || credits[i] > credits[picked]) {
          richest = queue;
          picked = i;
        }
      } else {
        credits[i] = 0;
      }
    }
    QueueView found = MergePolicies.requireFound(richest, queues);
    credits[picked] -= totalWeight;
    return found;
  }
}
