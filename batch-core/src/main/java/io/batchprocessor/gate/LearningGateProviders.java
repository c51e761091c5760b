package io.batchprocessor.gate;

import static io.batchprocessor.gate.GateSettings.atLeastOne;
import static io.batchprocessor.gate.GateSettings.labels;
import static io.batchprocessor.gate.GateSettings.share;
import static io.batchprocessor.gate.GateSettings.url;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What gives the gates that find their limit by themselves their names in a configuration. Public
 * is what {@code ServiceLoader} must reach; nobody else needs these types.
 */
final class LearningGateProviders {

  private LearningGateProviders() {}

  /** {@link AdaptiveGate}. */
  public static final class AdaptiveProvider implements DispatchGateProvider {

    private static final Setting<Integer> MIN =
        atLeastOne("gate.adaptive.min", "fewest in flight while the gateway answers")
            .withDefault("1");
    private static final Setting<Integer> MAX =
        atLeastOne("gate.adaptive.max", "most in flight; default: the pool's concurrency");
    private static final Setting<Double> TOLERANCE =
        Setting.decimal(
                "gate.adaptive.tolerance",
                "how much longer a token may take than with hardly any request of ours there")
            .where("above 1, to 100", value -> value > 1 && value <= 100)
            .withDefault(Double.toString(AdaptiveGate.DEFAULT_TOLERANCE));
    private static final Setting<Boolean> YIELD =
        Setting.flag("gate.adaptive.yield", "whether requests are taken back when the limit falls")
            .withDefault("false");
    private static final Setting<Double> WASTE = waste("gate.adaptive.waste");

    @Override
    public String id() {
      return "adaptive";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(MIN, MAX, TOLERANCE, YIELD, WASTE);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      int max = settings.find(MAX).orElse(context.concurrency());
      return AdaptiveGate.builder()
          .min(min(settings.get(MIN), max, MIN, MAX))
          .max(max)
          .tolerance(settings.get(TOLERANCE))
          .yields(settings.get(YIELD))
          .waste(settings.get(WASTE))
          .ticker(context.ticker())
          .build();
    }
  }

  /** {@link SloGate}. */
  public static final class SloProvider implements DispatchGateProvider {

    private static final String ID = "slo";
    private static final MetricSettings READING = new MetricSettings(ID, "1s", "10s");
    private static final Setting<URI> URL =
        url("gate.slo.url", "page in the Prometheus text format that has vLLM's histograms");
    private static final Setting<String> TTFT =
        allowance("gate.slo.live-ttft-p99", "what live time to first token may be");
    private static final Setting<String> ITL =
        allowance("gate.slo.live-itl-p99", "what live time from token to token may be");
    private static final Setting<List<String>> LABELS =
        labels("gate.slo.labels", "only series with these labels, such as model_name=llama");
    private static final Setting<List<String>> LIVE_LABELS =
        labels(
            "gate.slo.live-labels", "labels that tell live traffic from batch, if there are any");
    private static final Setting<Integer> MIN =
        Setting.integer("gate.slo.min", "requests in flight whatever live traffic feels")
            .where("≥ 0", value -> value >= 0)
            .withDefault("0");
    private static final Setting<Integer> MAX =
        atLeastOne("gate.slo.max", "most in flight; default: the pool's concurrency");
    private static final Setting<Duration> LEARN =
        Setting.duration(
                "gate.slo.learn", "how long live traffic is watched alone, where it is a factor")
            .withDefault(SloGate.DEFAULT_LEARN.toMinutes() + "m");
    private static final Setting<Boolean> YIELD =
        Setting.flag("gate.slo.yield", "whether requests are taken back when live traffic rises")
            .withDefault("false");
    private static final Setting<Double> WASTE = waste("gate.slo.waste");

    @Override
    public String id() {
      return ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return READING.after(URL, TTFT, ITL, LABELS, LIVE_LABELS, MIN, MAX, LEARN, YIELD, WASTE);
    }

    @Override
    public void check(Settings settings) {
      settings.get(URL);
      READING.timing(settings);
      if (settings.find(TTFT).isEmpty() && settings.find(ITL).isEmpty()) {
        throw new InvalidSettingsException(
            "%s or %s is needed, such as 1.25x or 250ms".formatted(TTFT.key(), ITL.key()));
      }
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      check(settings);
      int max = settings.find(MAX).orElse(context.concurrency());
      Poll<LiveMetrics> poll =
          new Poll<>(
              ID,
              probe(context),
              READING.timing(settings),
              "its budget is the fallback " + READING.fallback(settings),
              context.threads(),
              context.ticker());
      SloGate gate =
          SloGate.builder()
              .from(poll)
              .allowances(
                  settings.find(TTFT).map(Allowance::parse).orElse(null),
                  settings.find(ITL).map(Allowance::parse).orElse(null))
              .min(min(settings.get(MIN), max, MIN, MAX))
              .max(max)
              .fallback((int) Math.round(READING.fallback(settings) * max))
              .learn(settings.get(LEARN))
              .yields(settings.get(YIELD))
              .waste(settings.get(WASTE))
              .ticker(context.ticker())
              .build();
      poll.start();
      return gate;
    }

    private static LiveProbe probe(DispatchGateContext context) {
      Settings settings = context.settings();
      MetricsEndpoint page =
          new MetricsEndpoint(
              settings.get(URL),
              LiveProbe::isWanted,
              READING.timeout(settings),
              READING.tokenFile(settings));
      return new LiveProbe(
          page,
          GateSettings.map(settings.find(LABELS).orElse(List.of())),
          GateSettings.map(settings.find(LIVE_LABELS).orElse(List.of())),
          settings.isSet(ITL),
          context.ticker());
    }

    private static Setting<String> allowance(String key, String meaning) {
      return Setting.string(
              key, meaning + " at its 99th percentile: a time, or a factor of what it is alone")
          .where("such as 250ms or 1.25x", Allowance::isValid);
    }
  }

  private static Setting<Double> waste(String key) {
    return share(key, "share of the work that may be thrown away by that")
        .withDefault(Double.toString(WasteBudget.DEFAULT_SHARE));
  }

  private static int min(int min, int max, Setting<?> minKey, Setting<?> maxKey) {
    if (min > max) {
      throw new InvalidSettingsException(
          "%s=%d: must be at most %s=%d".formatted(minKey.key(), min, maxKey.key(), max));
    }
    return min;
  }
}
