package io.batchprocessor.gate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A page in the Prometheus text format, as vLLM and endpoint pickers have it. */
final class MetricsEndpoint implements Probe<MetricSamples> {

  private static final String ACCEPT = "text/plain;version=0.0.4";

  private final MetricsPage page;
  private final Predicate<String> wanted;

  /**
   * An endpoint.
   *
   * @param wanted the names that are of interest
   * @param tokenFile holds a bearer token; null: none is sent
   */
  MetricsEndpoint(URI url, Predicate<String> wanted, Duration timeout, @Nullable Path tokenFile) {
    this.page = new MetricsPage(url, ACCEPT, timeout, tokenFile);
    this.wanted = wanted;
  }

  @Override
  public MetricSamples measure() throws IOException {
    try {
      return ExpositionText.parse(page.get(), wanted);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public String source() {
    return page.url().toString();
  }

  @Override
  public void close() {
    page.close();
  }

  /** What to say of a metric that the page does not have, or not with these labels. */
  static IOException missing(MetricSamples page, String metric, Map<String, String> labels) {
    Set<String> others =
        page.all().stream()
            .filter(sample -> sample.name().equals(metric))
            .map(sample -> new TreeMap<>(sample.labels()).toString())
            .collect(Collectors.toCollection(TreeSet::new));
    return new IOException(
        others.isEmpty()
            ? "there is no sample of %s".formatted(metric)
            : "no sample of %s has a finite value and the labels %s; there are %s"
                .formatted(metric, labels, String.join(", ", others)));
  }
}
