package io.batchprocessor.gate;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A load that one metric tells.
 *
 * @param metric its name
 * @param labels which series
 * @param how what becomes of several
 * @param perPod how many are full, for each pod; null: the metric is a share already
 * @param pods the metric that counts pods; null: there is one
 * @param podLabels which series of that
 */
record ScrapedLoad(
    String metric,
    Map<String, String> labels,
    Aggregation how,
    @Nullable Double perPod,
    @Nullable String pods,
    Map<String, String> podLabels)
    implements LoadProbe.Finder<MetricSamples> {

  boolean isWanted(String name) {
    return name.equals(metric) || name.equals(pods);
  }

  @Override
  public Load find(MetricSamples page) throws IOException {
    double value = number(page, how, metric, labels);
    return perPod == null
        ? Load.ofShare(value)
        : Load.of(
            value, perPod * (pods == null ? 1 : number(page, Aggregation.SUM, pods, podLabels)));
  }

  private static double number(
      MetricSamples page, Aggregation how, String metric, Map<String, String> labels)
      throws IOException {
    var number = page.ask(how, metric, labels);
    if (number.isEmpty()) {
      throw PageMetrics.missing(page, metric, labels);
    }
    return number.getAsDouble();
  }
}
