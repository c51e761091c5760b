package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The non-empty queue with the earliest deadline at its head. The search starts behind the queue
 * that was picked last, and the first of equals wins, so equals take turns.
 */
final class EarliestDeadline implements MergePolicy {

  private int last = -1;

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    int size = queues.size();
    @Nullable QueueView earliest = null;
    long earliestMillis = Long.MAX_VALUE;
    int picked = last;
    for (int step = 1; step <= size; step++) {
      int index = (last + step) % size;
      QueueView queue = queues.get(index);
      if (queue.buffered() > 0) {
        long deadlineMillis = queue.headDeadlineMillis();
        if (earliest == null || deadlineMillis < earliestMillis) {
          earliest = queue;
          earliestMillis = deadlineMillis;
          picked = index;
        }
      }
    }
    last = picked;
    return MergePolicies.requireFound(earliest, queues);
  }
}
