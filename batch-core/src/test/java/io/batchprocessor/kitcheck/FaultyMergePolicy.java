package io.batchprocessor.kitcheck;

import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueView;
import io.batchprocessor.testkit.MergePolicyContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on faulty merge policies. Not a test by itself: {@link PolicyKitTest} runs it. */
@ParameterizedClass
@MethodSource("faults")
class FaultyMergePolicy implements MergePolicyContract {

  private final PolicyFault<MergePolicy> fault;

  FaultyMergePolicy(PolicyFault<MergePolicy> fault) {
    this.fault = fault;
  }

  static List<PolicyFault<MergePolicy>> faults() {
    return List.of(
        PolicyFault.of("picks an empty queue", PicksEmpty::new, 701),
        PolicyFault.of("picks a view of its own", () -> queues -> new Own(first(queues)), 701, 703),
        PolicyFault.of("blocks after a while", Blocks::new, 702),
        PolicyFault.of("picks the first queue always", () -> FaultyMergePolicy::first, 703),
        PolicyFault.of("keeps a view", KeepsView::new, 704));
  }

  @Override
  public MergePolicy policy() {
    return fault.subject().get();
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(10);
  }

  private static QueueView first(List<? extends QueueView> queues) {
    return queues.stream().filter(queue -> queue.buffered() > 0).findFirst().orElseThrow();
  }

  /** One after the other. */
  private abstract static class InTurn implements MergePolicy {
    private int next;

    QueueView next(List<? extends QueueView> queues) {
      do {
        next = (next + 1) % queues.size();
      } while (queues.get(next).buffered() == 0);
      return queues.get(next);
    }
  }

  private static final class PicksEmpty extends InTurn {
    @Override
    public QueueView select(List<? extends QueueView> queues) {
      return queues.stream()
          .filter(queue -> queue.buffered() == 0)
          .<QueueView>map(queue -> queue)
          .findFirst()
          .orElseGet(() -> next(queues));
    }
  }

  private static final class Blocks extends InTurn {
    private static final int CALLS = 900;
    private int calls;

    @Override
    public QueueView select(List<? extends QueueView> queues) {
      // Of three queues only, which is what the rule that is broken asks with.
      if (queues.size() == 3 && ++calls > CALLS) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return next(queues);
    }
  }

  private static final class KeepsView extends InTurn {
    private QueueView last;

    @Override
    public QueueView select(List<? extends QueueView> queues) {
      boolean again = last != null && last.weight() > 5;
      last = next(queues);
      return again ? next(queues) : last;
    }
  }

  private record Own(QueueView view) implements QueueView {
    @Override
    public String name() {
      return view.name();
    }

    @Override
    public int buffered() {
      return view.buffered();
    }

    @Override
    public int weight() {
      return view.weight();
    }

    @Override
    public long headDeadlineMillis() {
      return view.headDeadlineMillis();
    }

    @Override
    public long headWaitNanos() {
      return view.headWaitNanos();
    }
  }
}
