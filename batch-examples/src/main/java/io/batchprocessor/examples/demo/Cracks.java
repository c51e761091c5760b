package io.batchprocessor.examples.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How many batch requests were in flight beside how many live ones. For one thread. */
final class Cracks {

  private record Moment(int live, int batch) {}

  private final List<Moment> moments = new ArrayList<>();

  void sample(int live, int batch) {
    moments.add(new Moment(live, batch));
  }

  /** Batch requests, in the mean of the third of the time with the fewest live requests. */
  double quietThird() {
    return mean(sorted().subList(0, third()));
  }

  /** In that with the most. */
  double busyThird() {
    return mean(sorted().subList(moments.size() - third(), moments.size()));
  }

  private int third() {
    return (moments.size() + 2) / 3;
  }

  private List<Moment> sorted() {
    return moments.stream().sorted(Comparator.comparingInt(Moment::live)).toList();
  }

  private static double mean(List<Moment> part) {
    return part.stream().mapToInt(Moment::batch).average().orElse(0);
  }
}
