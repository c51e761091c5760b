package io.batchprocessor.policy;

import io.batchprocessor.spi.QueueView;
import java.util.ArrayList;
import java.util.List;

/** A view that shows what a test tells it to, and counts how often it is asked for its size. */
final class FakeQueue implements QueueView {

  final String name;
  int weight = 1;
  int buffered = 1;
  long headDeadlineMillis;
  long headWaitNanos;
  int looks;

  FakeQueue(String name) {
    this.name = name;
  }

  /** Queues a, b, c, … with one request each. */
  static List<FakeQueue> queues(int count) {
    List<FakeQueue> queues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queues.add(new FakeQueue(String.valueOf((char) ('a' + i))));
    }
    return queues;
  }

  /** The same with these weights. */
  static List<FakeQueue> weighted(List<Integer> weights) {
    List<FakeQueue> queues = queues(weights.size());
    for (int i = 0; i < queues.size(); i++) {
      queues.get(i).weight = weights.get(i);
    }
    return queues;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int buffered() {
    looks++;
    return buffered;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public long headDeadlineMillis() {
    return headDeadlineMillis;
  }

  @Override
  public long headWaitNanos() {
    return headWaitNanos;
  }

  @Override
  public String toString() {
    return "%s(buffered=%d, weight=%d)".formatted(name, buffered, weight);
  }
}
