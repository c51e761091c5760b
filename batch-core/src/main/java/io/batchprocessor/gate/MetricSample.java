package io.batchprocessor.gate;

import java.util.Map;

/**
 * One line of a metrics page.
 *
 * @param name of the metric; a histogram's lines have {@code _bucket}, {@code _sum} or {@code
 *     _count} at its end
 * @param labels by name
 * @param value may be infinite or no number
 */
record MetricSample(String name, Map<String, String> labels, double value) {

  MetricSample {
    labels = Map.copyOf(labels);
  }

  /** Whether it has all these labels with these values, whatever else it has. */
  boolean matches(Map<String, String> filter) {
    return labels.entrySet().containsAll(filter.entrySet());
  }
}
