package io.batchprocessor.gate;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what live traffic feels from metrics pages, under vLLM's names.
 *
 * @param from the pages
 * @param labels which series are of this model
 * @param liveLabels which of those are live traffic's; none: they are not told apart
 * @param needsItl whether a page without times from token to token is no reading
 * @param ticker nanoseconds
 */
record LiveProbe(
    Probe<MetricSamples> from,
    Map<String, String> labels,
    Map<String, String> liveLabels,
    boolean needsItl,
    LongSupplier ticker)
    implements Probe<LiveMetrics> {

  private static final String TTFT = "vllm:time_to_first_token_seconds";
  private static final List<String> ITL =
      List.of("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds");
  private static final String RUNNING = "vllm:num_requests_running";
  private static final String WAITING = "vllm:num_requests_waiting";

  static boolean isWanted(String name) {
    return name.equals(RUNNING)
        || name.equals(WAITING)
        || name.startsWith(TTFT)
        || ITL.stream().anyMatch(name::startsWith);
  }

  @Override
  public LiveMetrics measure() throws IOException {
    long now = ticker.getAsLong();
    MetricSamples page = from.measure();
    Map<String, String> live = new HashMap<>(labels);
    live.putAll(liveLabels);
    LatencyCounts ttft = counts(page, TTFT, live);
    LatencyCounts itl = counts(page, ITL.get(0), live);
    itl = itl == null ? counts(page, ITL.get(1), live) : itl;
    // What came is counted by its first token, whatever the allowance is for.
    if (ttft == null) {
      throw PageMetrics.missing(page, TTFT + "_bucket", live);
    }
    if (itl == null && needsItl) {
      throw PageMetrics.missing(page, ITL.get(0) + "_bucket", live);
    }
    OptionalDouble running = page.sum(RUNNING, live);
    boolean liveOnly = !liveLabels.isEmpty() && running.isPresent();
    Map<String, String> counted = liveOnly ? live : labels;
    running = liveOnly ? running : page.sum(RUNNING, labels);
    if (running.isEmpty()) {
      throw PageMetrics.missing(page, RUNNING, labels);
    }
    double waiting = page.sum(WAITING, counted).orElse(0);
    return new LiveMetrics(now, ttft, itl, running.getAsDouble() + waiting, liveOnly);
  }

  private static @Nullable LatencyCounts counts(
      MetricSamples page, String name, Map<String, String> labels) {
    return page.histogram(name, labels).map(CumulativeHistogram::latencies).orElse(null);
  }

  @Override
  public String source() {
    return from.source();
  }

  @Override
  public void close() {
    from.close();
  }
}
