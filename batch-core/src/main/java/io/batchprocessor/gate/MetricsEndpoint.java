package io.batchprocessor.gate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
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
    return page.source();
  }

  @Override
  public void close() {
    page.close();
  }
}
