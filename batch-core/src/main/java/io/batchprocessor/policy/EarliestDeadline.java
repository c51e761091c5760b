package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The non-empty queue with the earliest deadline at its head; of equals the one whose head has
 * waited longest. Taking turns among equals would not do: another queue's picks in between could
 * start the turn anew each time.
 */
final class EarliestDeadline implements MergePolicy {

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    @Nullable QueueView first = null;
    for (int i = 0; i < queues.size(); i++) {
      QueueView queue = queues.get(i);
      if (queue.buffered() > 0 && (first == null || goesBefore(queue, first))) {
        first = queue;
      }
    }
    return MergePolicies.requireFound(first, queues);
  }

  private static boolean goesBefore(QueueView queue, QueueView other) {
    int order = Long.compare(queue.headDeadlineMillis(), other.headDeadlineMillis());
    return order < 0 || (order == 0 && queue.headWaitNanos() > other.headWaitNanos());
  }
}
