package io.batchprocessor.examples.harvest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The most that was harvested at each price: of many points, those that no other beats in both, and
 * straight lines between them (a mix of two controllers, each some of the time). It begins with no
 * harvest at no price.
 */
final class Frontier {

  /**
   * One controller.
   *
   * @param factor live TTFT p99 by that of live traffic alone
   * @param tokensPerSecond what it harvested
   */
  record Point(double factor, double tokensPerSecond) {}

  private final List<Point> points = new ArrayList<>();

  Frontier(List<Point> all) {
    Point best = new Point(1, 0);
    points.add(best);
    List<Point> sorted = new ArrayList<>(all);
    sorted.sort(
        Comparator.comparingDouble(Point::factor)
            .thenComparing(Comparator.comparingDouble(Point::tokensPerSecond).reversed()));
    for (Point point : sorted) {
      if (point.tokensPerSecond() > best.tokensPerSecond()) {
        points.add(point);
        best = point;
      }
    }
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  /** The most at this factor; below a factor of 1 as at 1. */
  double at(double factor) {
    double most = 0;
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      if (point.factor() <= factor) {
        most = Math.max(most, point.tokensPerSecond());
      } else if (i > 0 && points.get(i - 1).factor() <= factor) {
        Point before = points.get(i - 1);
        double share = (factor - before.factor()) / (point.factor() - before.factor());
        double between =
            before.tokensPerSecond() + share * (point.tokensPerSecond() - before.tokensPerSecond());
        most = Math.max(most, between);
      }
    }
    return most;
  }
}
