package io.batchprocessor.testkit;

import io.batchprocessor.spi.QueueView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Queues with a time of their own, in which a new request follows each that goes: due a fixed while
 * later, another while for each queue.
 */
final class SimulatedQueues {

  private final int[] buffered;
  private final int[] weights;
  private final Duration[] patience;
  private final long[] headSince;
  private long nowNanos = Duration.ofHours(1).toNanos();
  private int usedAfterwards;

  SimulatedQueues(int count, Random dice) {
    buffered = new int[count];
    weights = new int[count];
    patience = new Duration[count];
    headSince = new long[count];
    for (int i = 0; i < count; i++) {
      buffered[i] = 1 + dice.nextInt(5);
      weights[i] = 1 + dice.nextInt(10);
      patience[i] = Duration.ofMinutes(1 + dice.nextInt(10));
      headSince[i] = nowNanos;
    }
  }

  /** Empties some queues and fills others; one at the least is not empty. */
  void emptyAtRandom(Random dice) {
    for (int i = 0; i < buffered.length; i++) {
      buffered[i] = dice.nextInt(3);
    }
    buffered[dice.nextInt(buffered.length)] = 1;
  }

  void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  /** The request that a queue shows goes, and the next one comes. */
  void pick(int queue) {
    headSince[queue] = nowNanos;
  }

  List<View> views() {
    List<View> views = new ArrayList<>();
    for (int i = 0; i < buffered.length; i++) {
      views.add(new View(i));
    }
    return views;
  }

  /** How often a view was asked after its time. */
  int usedAfterwards() {
    return usedAfterwards;
  }

  /** One queue as it is now. */
  final class View implements QueueView {
    private final int queue;
    private boolean expired;

    private View(int queue) {
      this.queue = queue;
    }

    void expire() {
      expired = true;
    }

    private void use() {
      if (expired) {
        usedAfterwards++;
      }
    }

    @Override
    public String name() {
      use();
      return "queue-" + queue;
    }

    @Override
    public int buffered() {
      use();
      return buffered[queue];
    }

    @Override
    public int weight() {
      use();
      return weights[queue];
    }

    @Override
    public long headDeadlineMillis() {
      use();
      return Duration.ofNanos(headSince[queue]).plus(patience[queue]).toMillis();
    }

    @Override
    public long headWaitNanos() {
      use();
      return nowNanos - headSince[queue];
    }
  }
}
