package io.batchprocessor.gate;

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
import java.util.List;
import java.util.Optional;

/**
 * The gates {@code saturation} and {@code budget}: by the load of an llm-d inference pool, read
 * from the metrics pages of its endpoint picker and pods, or from a Prometheus server that scrapes
 * them. Public is what {@code ServiceLoader} must reach; nobody else needs these types.
 */
final class PoolGateProviders {

  /** By which relabelling names a pod's pool; llm-d's chart sets it up. */
  private static final String POD_LABEL = "inference_pool";

  private PoolGateProviders() {}

  /** Where a pool's metrics are. */
  private static final class PoolSettings {
    private final Setting<String> pool;
    private final Setting<List<String>> urls;
    private final Setting<URI> prometheus;
    private final Setting<String> namespace;
    private final MetricSettings reading;

    PoolSettings(String id) {
      String prefix = "gate." + id + ".";
      pool = Setting.string(prefix + "pool", "name of the inference pool");
      urls =
          Setting.list(
                  prefix + "urls",
                  "metrics pages of the pool's endpoint picker, and of its pods; or prometheus")
              .where(
                  "http or https",
                  all -> all.stream().map(URI::create).allMatch(GateSettings::isHttp));
      prometheus = url(prefix + "prometheus", "a Prometheus server that scrapes them; or urls");
      namespace =
          Setting.string(
              prefix + "namespace", "only series with this label namespace; default: any");
      reading = new MetricSettings(id, "5s", "30s");
    }

    List<Setting<?>> and(Setting<?>... own) {
      Setting<?>[] all = new Setting<?>[own.length + 4];
      all[0] = pool;
      all[1] = urls;
      all[2] = prometheus;
      all[3] = namespace;
      System.arraycopy(own, 0, all, 4, own.length);
      return reading.after(all);
    }

    void check(Settings settings) {
      settings.get(pool);
      if (settings.isSet(urls) == settings.isSet(prometheus)) {
        throw new InvalidSettingsException(
            "one of %s and %s must be set, and not both".formatted(urls.key(), prometheus.key()));
      }
      reading.timing(settings);
    }

    /** Finds the load in the pool's metrics, wherever they are. */
    interface Finder {
      Load find(PoolMetrics pool, Metrics metrics) throws IOException;
    }

    Probe<Load> probe(Settings settings, double perPod, Finder finder) {
      Optional<URI> server = settings.find(prometheus);
      PoolMetrics metrics =
          new PoolMetrics(
              settings.get(pool),
              settings.find(namespace).orElse(null),
              perPod,
              server.isPresent() ? POD_LABEL : null);
      if (server.isPresent()) {
        return new LoadProbe<>(
            new PrometheusProbe(
                new PrometheusServer(
                    server.get(), reading.timeout(settings), reading.tokenFile(settings))),
            from -> finder.find(metrics, from));
      }
      List<MetricsEndpoint> pages =
          settings.get(urls).stream()
              .map(
                  url ->
                      new MetricsEndpoint(
                          URI.create(url),
                          PoolMetrics::isWanted,
                          reading.timeout(settings),
                          reading.tokenFile(settings)))
              .toList();
      return new LoadProbe<>(new PageMetrics(pages), page -> finder.find(metrics, page));
    }
  }

  /** {@code saturation}: what the picker's flow control says, against a threshold. */
  public static final class SaturationProvider implements DispatchGateProvider {

    private static final String ID = "saturation";
    private static final PoolSettings POOL = new PoolSettings(ID);
    private static final Setting<Double> THRESHOLD =
        share("gate.saturation.threshold", "closed from this saturation on").withDefault("0.8");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return POOL.and(THRESHOLD);
    }

    @Override
    public void check(Settings settings) {
      POOL.check(settings);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      return POOL.reading.gate(
          POOL.probe(settings, 1, PoolMetrics::saturation), 1 - settings.get(THRESHOLD), context);
    }
  }

  /** {@code budget}: requests that the pool holds, against what its pods have room for. */
  public static final class BudgetProvider implements DispatchGateProvider {

    private static final String ID = "budget";
    private static final PoolSettings POOL = new PoolSettings(ID);
    private static final Setting<Double> PER_POD =
        Setting.decimal(
                "gate.budget.per-pod",
                "how many requests a pod has room for; as the picker's saturation detector has it")
            .where("> 0", value -> value > 0)
            .withDefault("100");
    private static final Setting<Double> BASELINE =
        share("gate.budget.baseline", "share of the capacity that is kept free")
            .withDefault("0.05");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return POOL.and(PER_POD, BASELINE);
    }

    @Override
    public void check(Settings settings) {
      POOL.check(settings);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      return POOL.reading.gate(
          POOL.probe(settings, settings.get(PER_POD), PoolMetrics::held),
          settings.get(BASELINE),
          context);
    }
  }
}
