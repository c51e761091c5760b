package io.batchprocessor;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import java.util.List;

/** A merge policy that may fail: the first queue that is not empty goes instead. */
final class GuardedMergePolicy implements MergePolicy {

  private final MergePolicy policy;
  private final UserCode userCode;

  GuardedMergePolicy(MergePolicy policy, UserCode userCode) {
    this.policy = policy;
    this.userCode = userCode;
  }

  @Override
  public QueueView select(List<? extends QueueView> queues) {
    try {
      QueueView selected = policy.select(queues);
      if (selected != null && queues.contains(selected) && selected.buffered() > 0) {
        return selected;
      }
      failed(new IllegalStateException("picked " + (selected == null ? null : selected.name())));
    } catch (Throwable e) {
      failed(e);
    }
    return queues.stream().filter(queue -> queue.buffered() > 0).findFirst().orElseThrow();
  }

  private void failed(Throwable fault) {
    userCode.failed(
        "merge policy " + policy.getClass().getName(), "the first non-empty queue goes", fault);
  }
}
