package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.MergePolicyProvider;
import io.batchprocessor.spi.QueueView;
import io.batchprocessor.spi.Settings;
import java.util.Comparator;
import java.util.List;

/** First in, first out across all queues: the queue goes next whose head has waited longest. */
public final class LongestWait implements MergePolicy {

  // snippet:merge-policy
  @Override
  public QueueView select(List<? extends QueueView> queues) {
    return queues.stream()
        .filter(queue -> queue.buffered() > 0)
        .max(Comparator.comparingLong(QueueView::headWaitNanos))
        .orElseThrow();
  }

  // end:merge-policy

  /** {@code request-merge-policy=longest-wait}. */
  public static final class Provider implements MergePolicyProvider {

    @Override
    public String id() {
      return "longest-wait";
    }

    @Override
    public MergePolicy create(Settings settings) {
      return new LongestWait();
    }
  }
}
