package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The non-empty queue with the highest sum of weight and periods waited; the first of equals. */
final class AgeingPriority implements MergePolicy {

  private final long ageingNanos;

  AgeingPriority(Duration ageing) {
    this.ageingNanos = DurationRange.FROM_ONE_MILLI.require("ageing", ageing).toNanos();
  }

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    @Nullable QueueView highest = null;
    long highestLevel = Long.MIN_VALUE;
    for (int i = 0; i < queues.size(); i++) {
      QueueView queue = queues.get(i);
      if (queue.buffered() > 0) {
        // Can't overflow: a period has a million nanoseconds at least.
        long level = queue.weight() + queue.headWaitNanos() / ageingNanos;
        if (highest == null || level > highestLevel) {
          highest = queue;
          highestLevel = level;
        }
      }
    }
    return MergePolicies.requireFound(highest, queues);
  }
}
