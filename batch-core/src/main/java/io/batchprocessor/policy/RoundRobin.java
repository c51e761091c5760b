package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;

/** The first non-empty queue after the one that was picked last. */
final class RoundRobin implements MergePolicy {

  private int last = -1;

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    int size = queues.size();
    for (int step = 1; step <= size; step++) {
      int index = (last + step) % size;
      QueueView queue = queues.get(index);
      if (queue.buffered() > 0) {
        last = index;
        return queue;
      }
    }
    return MergePolicies.requireFound(null, queues);
  }
}
