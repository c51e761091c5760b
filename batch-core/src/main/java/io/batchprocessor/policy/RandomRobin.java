package io.batchprocessor.policy;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Uniformly random among the non-empty queues: reservoir sampling with room for one (Knuth, The Art
 * of Computer Programming, volume 2, section 3.4.2, algorithm R). It looks at each queue once and
 * so needs no second look to agree with the first while intake fills the buffers.
 */
final class RandomRobin implements MergePolicy {

  private final RandomGenerator random;

  RandomRobin(RandomGenerator random) {
    this.random = Objects.requireNonNull(random, "random");
  }

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    @Nullable QueueView picked = null;
    int nonEmpty = 0;
    for (int i = 0; i < queues.size(); i++) {
      QueueView queue = queues.get(i);
      if (queue.buffered() > 0) {
        nonEmpty++;
        if (nonEmpty == 1 || random.nextInt(nonEmpty) == 0) {
          picked = queue;
        }
      }
    }
    return MergePolicies.requireFound(picked, queues);
  }
}
