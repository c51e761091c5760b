package io.batchprocessor.gate;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Several metrics pages, read as one: those of an endpoint picker and of its pods, say. */
final class PageMetrics implements Probe<MetricSamples> {

  private final List<MetricsEndpoint> pages;

  PageMetrics(List<MetricsEndpoint> pages) {
    this.pages = List.copyOf(pages);
  }

  @Override
  public MetricSamples measure() throws IOException {
    MetricSamples all = new MetricSamples(List.of());
    for (MetricsEndpoint page : pages) {
      all = all.and(read(page));
    }
    return all;
  }

  /** Says which of several it is that can't be read. */
  private MetricSamples read(MetricsEndpoint page) throws IOException {
    try {
      return page.measure();
    } catch (IOException e) {
      throw pages.size() == 1 ? e : new IOException(page.source() + " " + e.getMessage(), e);
    }
  }

  /** What to say of a metric that is not there, or not with these labels. */
  static IOException missing(MetricSamples page, String metric, Map<String, String> labels) {
    String others =
        page.matching(metric, Map.of())
            .limit(8)
            .map(sample -> new TreeMap<>(sample.labels()) + "=" + sample.value())
            .collect(Collectors.joining(", "));
    return new IOException(
        others.isEmpty()
            ? "there is no sample of " + metric
            : "no sample of %s has a finite value and the labels %s; there are %s"
                .formatted(metric, labels, others));
  }

  @Override
  public String source() {
    return pages.stream().map(MetricsEndpoint::source).collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    pages.forEach(MetricsEndpoint::close);
  }
}
