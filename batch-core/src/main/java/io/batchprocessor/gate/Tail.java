package io.batchprocessor.gate;

import java.util.ArrayList;
import java.util.List;

/**
 * The negative logarithm of the share that took longer than so long, between the bounds of a
 * histogram: a monotone cubic through what the bounds show (F. N. Fritsch and J. Butland, "A Method
 * for Constructing Local Monotone Piecewise Cubic Interpolants", SIAM J. Sci. Stat. Comput. 5,
 * 1984), and a straight line beyond the last bound that enough requests exceeded. On this scale an
 * exponential tail is straight, so that wide buckets distort little.
 */
final class Tail {

  /** With fewer requests beyond it, a bound says too little. */
  private static final double FEWEST = 5;

  private final double[] at;
  private final double[] value;
  private final double[] slope;

  Tail(double[] bounds, double[] cumulative) {
    double total = cumulative[cumulative.length - 1];
    List<double[]> points = new ArrayList<>();
    points.add(new double[] {0, 0});
    for (int i = 0; i < bounds.length; i++) {
      double beyond = total - cumulative[i];
      if (beyond < FEWEST) {
        break;
      }
      points.add(new double[] {bounds[i], -Math.log(beyond / total)});
    }
    if (points.size() == 1) {
      // All in the first bucket: at its bound hardly any are left.
      points.add(new double[] {bounds[0], Math.log(Math.max(2, total / FEWEST))});
    }
    at = points.stream().mapToDouble(point -> point[0]).toArray();
    value = points.stream().mapToDouble(point -> point[1]).toArray();
    slope = slopes();
  }

  double at(double seconds) {
    int last = at.length - 1;
    if (seconds >= at[last]) {
      return value[last] + slope[last] * (seconds - at[last]);
    }
    int i = last - 1;
    while (at[i] > seconds) {
      i--;
    }
    double width = at[i + 1] - at[i];
    double t = (seconds - at[i]) / width;
    double rise = value[i + 1] - value[i];
    double a = slope[i] * width - rise;
    double b = -slope[i + 1] * width + rise;
    return value[i] + t * rise + t * (1 - t) * ((1 - t) * a + t * b);
  }

  /** Where the curve reaches a value. */
  double inverse(double wanted) {
    double low = 0;
    double high = at[at.length - 1];
    while (at(high) < wanted && high < 1e6) {
      high *= 2;
    }
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (at(middle) < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private double[] slopes() {
    int last = at.length - 1;
    double[] slopes = new double[at.length];
    for (int i = 1; i < last; i++) {
      double left = secant(i - 1);
      double right = secant(i);
      double wl = 2 * (at[i + 1] - at[i]) + (at[i] - at[i - 1]);
      double wr = (at[i + 1] - at[i]) + 2 * (at[i] - at[i - 1]);
      slopes[i] = left <= 0 || right <= 0 ? 0 : (wl + wr) / (wl / left + wr / right);
    }
    slopes[0] = 0;
    slopes[last] = Math.max(secant(last - 1), 1e-9);
    return slopes;
  }

  private double secant(int i) {
    return (value[i + 1] - value[i]) / (at[i + 1] - at[i]);
  }
}
