package io.batchprocessor.gate;

import static io.batchprocessor.gate.GateSettings.labels;
import static io.batchprocessor.gate.GateSettings.share;
import static io.batchprocessor.gate.GateSettings.url;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What gives the gates that read one metric their names in a configuration. Public is what {@code
 * ServiceLoader} must reach; nobody else needs these types.
 */
final class MetricGateProviders {

  private MetricGateProviders() {}

  /** {@code scrape}: one metric of a metrics page. */
  public static final class ScrapeProvider implements DispatchGateProvider {

    private static final String ID = "scrape";
    private static final MetricSettings READING = new MetricSettings(ID, "1s", "5s");
    private static final Setting<URI> URL =
        url("gate.scrape.url", "page in the Prometheus text format, of vLLM or an endpoint picker");
    private static final Setting<String> METRIC =
        Setting.string("gate.scrape.metric", "the metric, such as vllm:num_requests_waiting");
    private static final Setting<List<String>> LABELS =
        labels("gate.scrape.labels", "only series with these labels, such as model_name=llama");
    private static final Setting<Double> PER_POD =
        Setting.decimal(
                "gate.scrape.per-pod",
                "the metric counts requests, and a pod has room for so many; default: the metric is"
                    + " a share already")
            .where("> 0", value -> value > 0);
    private static final Setting<Aggregation> AGGREGATION =
        Setting.choice(
            "gate.scrape.aggregation",
            Aggregation.class,
            "what becomes of several series; default sum with per-pod, mean without");
    private static final Setting<String> PODS_METRIC =
        Setting.string(
            "gate.scrape.pods-metric",
            "the metric that counts pods, such as inference_pool_ready_pods; default: one pod");
    private static final Setting<List<String>> PODS_LABELS =
        labels("gate.scrape.pods-labels", "only series of pods-metric with these labels");
    private static final Setting<URI> PODS_URL =
        url("gate.scrape.pods-url", "page that has pods-metric; default: the same page");
    private static final Setting<Double> BASELINE =
        share("gate.scrape.baseline", "share of the capacity that is kept free").withDefault("0");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return READING.after(
          URL, METRIC, LABELS, PER_POD, AGGREGATION, PODS_METRIC, PODS_LABELS, PODS_URL, BASELINE);
    }

    @Override
    public void check(Settings settings) {
      probe(settings);
      READING.timing(settings);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      return READING.gate(probe(context.settings()), context.settings().get(BASELINE), context);
    }

    private static Probe<Load> probe(Settings settings) {
      Optional<Double> perPod = settings.find(PER_POD);
      ScrapedLoad load =
          new ScrapedLoad(
              settings.get(METRIC),
              GateSettings.map(settings.find(LABELS).orElse(List.of())),
              settings
                  .find(AGGREGATION)
                  .orElse(perPod.isPresent() ? Aggregation.SUM : Aggregation.MEAN),
              perPod.orElse(null),
              settings.find(PODS_METRIC).orElse(null),
              GateSettings.map(settings.find(PODS_LABELS).orElse(List.of())));
      if (perPod.isEmpty() && settings.isSet(PODS_METRIC)) {
        throw new InvalidSettingsException(
            "%s needs %s".formatted(PODS_METRIC.key(), PER_POD.key()));
      }
      if (settings.isSet(PODS_URL) && !settings.isSet(PODS_METRIC)) {
        throw new InvalidSettingsException(
            "%s needs %s".formatted(PODS_URL.key(), PODS_METRIC.key()));
      }
      List<MetricsEndpoint> pages = new ArrayList<>();
      pages.add(page(settings.get(URL), load, settings));
      settings.find(PODS_URL).ifPresent(url -> pages.add(page(url, load, settings)));
      return new LoadProbe<>(new PageMetrics(pages), load);
    }

    private static MetricsEndpoint page(URI url, ScrapedLoad load, Settings settings) {
      return new MetricsEndpoint(
          url, load::isWanted, READING.timeout(settings), READING.tokenFile(settings));
    }
  }

  /** {@code prometheus}: an instant query whose answer is the budget. */
  public static final class PrometheusProvider implements DispatchGateProvider {

    private static final String ID = "prometheus";
    private static final MetricSettings READING = new MetricSettings(ID, "5s", "30s");
    private static final Setting<URI> URL =
        url("gate.prometheus.url", "a Prometheus server, such as http://prometheus:9090");
    private static final Setting<String> QUERY =
        Setting.string(
            "gate.prometheus.query",
            "PromQL that gives the budget from 0 to 1, one number; beyond counts as the nearest");
    private static final Setting<Double> BASELINE =
        share("gate.prometheus.baseline", "is taken off the budget").withDefault("0");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return READING.after(URL, QUERY, BASELINE);
    }

    @Override
    public void check(Settings settings) {
      settings.get(URL);
      settings.get(QUERY);
      READING.timing(settings);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      String query = settings.get(QUERY);
      PrometheusServer server =
          new PrometheusServer(
              settings.get(URL), READING.timeout(settings), READING.tokenFile(settings));
      return READING.gate(
          new LoadProbe<>(new PrometheusProbe(server), from -> load(from, query)),
          settings.get(BASELINE),
          context);
    }

    private static Load load(PrometheusServer server, String query) throws IOException {
      double budget =
          server
              .query(query)
              .orElseThrow(() -> new IOException("the query gives no number: " + query));
      return Load.ofShare(1 - budget);
    }
  }
}
