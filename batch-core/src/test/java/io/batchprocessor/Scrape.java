package io.batchprocessor;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Prometheus would read: lines of name, labels and value. */
record Scrape(List<String> lines) {

  static Scrape of(PrometheusMeterRegistry registry) {
    return new Scrape(registry.scrape().lines().filter(line -> !line.startsWith("#")).toList());
  }

  /**
   * The value of one series.
   *
   * @param labels each as {@code name=value}; others don't matter
   * @throws AssertionError unless exactly one series with these labels, of a queue that is served,
   *     is there
   */
  double value(String name, String... labels) {
    List<String> found =
        lines.stream()
            .filter(line -> line.startsWith(name + "{"))
            .filter(line -> !line.contains("queue=\"other\""))
            .filter(
                line ->
                    Stream.of(labels)
                        .allMatch(label -> line.contains(label.replace("=", "=\"") + "\"")))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(
          name
              + List.of(labels)
              + " is there "
              + found.size()
              + " times in\n"
              + String.join("\n", lines));
    }
    String line = found.get(0);
    return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
  }

  /** Names and labels of all series. */
  Set<String> series() {
    return lines.stream()
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
