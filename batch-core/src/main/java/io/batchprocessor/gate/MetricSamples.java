package io.batchprocessor.gate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The samples of one metrics page. Immutable.
 *
 * @param all in the order of the page
 */
record MetricSamples(List<MetricSample> all) implements Metrics {

  MetricSamples {
    all = List.copyOf(all);
  }

  /** Those with this name and at least these labels. */
  Stream<MetricSample> matching(String name, Map<String, String> labels) {
    return all.stream().filter(sample -> sample.name().equals(name) && sample.matches(labels));
  }

  /** Of those that match and are numbers. */
  @Override
  public OptionalDouble ask(Aggregation how, String metric, Map<String, String> labels) {
    double[] numbers = numbers(metric, labels).toArray();
    if (numbers.length == 0) {
      return OptionalDouble.empty();
    }
    return switch (how) {
      case SUM -> OptionalDouble.of(DoubleStream.of(numbers).sum());
      case MEAN -> DoubleStream.of(numbers).average();
      case MAX -> DoubleStream.of(numbers).max();
      case COUNT -> OptionalDouble.of(numbers.length);
    };
  }

  /** The sum of those that match and are numbers; empty if there is none. */
  OptionalDouble sum(String name, Map<String, String> labels) {
    return ask(Aggregation.SUM, name, labels);
  }

  /** The samples of both pages. */
  MetricSamples and(MetricSamples other) {
    return new MetricSamples(Stream.concat(all.stream(), other.all.stream()).toList());
  }

  private DoubleStream numbers(String name, Map<String, String> labels) {
    return matching(name, labels).mapToDouble(MetricSample::value).filter(Double::isFinite);
  }

  /**
   * A histogram, the series that match taken together: the sums of their cumulative buckets. Empty
   * if there is none, or nothing finite in a bucket, or no finite bound.
   *
   * @param name without {@code _bucket}
   */
  Optional<CumulativeHistogram> histogram(String name, Map<String, String> labels) {
    TreeMap<Double, Double> counts = new TreeMap<>();
    matching(name + "_bucket", labels)
        .forEach(bucket -> counts.merge(bound(bucket), bucket.value(), Double::sum));
    boolean isKnown = counts.values().stream().allMatch(Double::isFinite);
    return !isKnown || counts.headMap(Double.POSITIVE_INFINITY).isEmpty()
        ? Optional.empty()
        : Optional.of(
            new CumulativeHistogram(
                counts.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                counts.values().stream().mapToDouble(Double::doubleValue).toArray(),
                sum(name + "_sum", labels).orElse(Double.NaN)));
  }

  private static double bound(MetricSample bucket) {
    String bound = bucket.labels().getOrDefault("le", "+Inf");
    return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
  }
}
