package io.batchprocessor.gate;

import static io.batchprocessor.gate.GateSettings.atLeastOne;
import static io.batchprocessor.gate.GateSettings.share;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;

/**
 * What gives the gates that need no metrics their names in a configuration. Public is what {@code
 * ServiceLoader} must reach; nobody else needs these types.
 */
final class GateProviders {

  private GateProviders() {}

  /** {@link ConstantGate}. */
  public static final class ConstantProvider implements DispatchGateProvider {

    private static final Setting<Double> BUDGET =
        share("gate.constant.budget", "share of the pool's concurrency; 0: closed")
            .withDefault("1");

    @Override
    public String id() {
      return "constant";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(BUDGET);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      return ConstantGate.of(context.settings().get(BUDGET), context.concurrency());
    }
  }

  /** {@link MaxConcurrencyGate}. */
  public static final class MaxConcurrencyProvider implements DispatchGateProvider {

    private static final Setting<Integer> LIMIT =
        atLeastOne("gate.max-concurrency.limit", "the most requests in flight under the gate");

    @Override
    public String id() {
      return "max-concurrency";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(LIMIT);
    }

    @Override
    public void check(Settings settings) {
      settings.get(LIMIT);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      return MaxConcurrencyGate.of(context.settings().get(LIMIT));
    }
  }

  /** {@link RateGate}. */
  public static final class RateProvider implements DispatchGateProvider {

    private static final Setting<Double> PER_SECOND =
        Setting.decimal("gate.rate.per-second", "requests a second; 0.1 is one in ten seconds")
            .where("from 0.00001 to 1000000", RateGate::isRate);
    private static final Setting<Integer> BURST =
        atLeastOne(
            "gate.rate.burst", "how many may go at once after a pause; default: what 1 s brings");

    @Override
    public String id() {
      return "rate";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(PER_SECOND, BURST);
    }

    @Override
    public void check(Settings settings) {
      settings.get(PER_SECOND);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      double perSecond = context.settings().get(PER_SECOND);
      int burst = context.settings().find(BURST).orElseGet(() -> RateGate.defaultBurst(perSecond));
      return RateGate.of(perSecond, burst, context.ticker());
    }
  }

  /** {@link CompositeGate}. */
  public static final class CompositeProvider implements DispatchGateProvider {

    private static final Setting<List<String>> GATES =
        Setting.list(
                "gate.composite.gates", "the gates that must all agree, in the order of asking")
            .where("not empty", gates -> !gates.isEmpty());

    @Override
    public String id() {
      return "composite";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(GATES);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      if (context.gates().isEmpty()) {
        throw new InvalidSettingsException(
            "%s is missing: %s".formatted(GATES.key(), GATES.description()));
      }
      return CompositeGate.of(context.gates());
    }
  }

  /** {@link WaitOnReleaseGate}. */
  public static final class WaitOnReleaseProvider implements DispatchGateProvider {

    private static final Setting<String> GATE =
        Setting.string(
            "gate.wait-on-release.gate",
            "the gate under which requests wait where it would hand them back to the broker");

    @Override
    public String id() {
      return "wait-on-release";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(GATE);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      return WaitOnReleaseGate.of(GateSettings.onlyGate(context, GATE));
    }
  }

  /** {@link TierPriorityGate}. */
  public static final class TierPriorityProvider implements DispatchGateProvider {

    private static final Setting<List<String>> GATES =
        Setting.list(
                "gate.tier-priority.gates",
                "the gate that is closed while the pool is saturated, and perhaps one that has"
                    + " permits for what is reserved")
            .where("one or two", gates -> gates.size() == 1 || gates.size() == 2);
    private static final Setting<Tier> TIER =
        Setting.choice(
            "gate.tier-priority.tier", Tier.class, "the tier of all requests; default: by label");
    private static final Setting<String> TIER_LABEL =
        Setting.string("gate.tier-priority.tier-label", "the queue's label that holds its tier")
            .withDefault("tier");
    private static final Setting<String> SHARE_LABEL =
        Setting.string(
                "gate.tier-priority.share-label",
                "the queue's label that says reserved or overflow, where no gate does")
            .withDefault("share");
    private static final Setting<Duration> RELEASE_DELAY =
        Setting.duration(
                "gate.tier-priority.release-delay", "how long what goes back stays with the broker")
            .withDefault("1s");

    @Override
    public String id() {
      return "tier-priority";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(GATES, TIER, TIER_LABEL, SHARE_LABEL, RELEASE_DELAY);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      List<DispatchGate> gates = context.gates();
      if (gates.isEmpty() || gates.size() > 2) {
        throw new InvalidSettingsException(
            "%s must be one or two gates, is %d".formatted(GATES.key(), gates.size()));
      }
      Settings settings = context.settings();
      TierPriorityGate.Builder builder =
          TierPriorityGate.builder(gates.get(0))
              .tierLabel(settings.get(TIER_LABEL))
              .shareLabel(settings.get(SHARE_LABEL))
              .releaseDelay(settings.get(RELEASE_DELAY));
      settings
          .find(TIER)
          .or(() -> Tier.of(context.labels().getOrDefault(settings.get(TIER_LABEL), "")))
          .ifPresent(builder::tier);
      gates.stream().skip(1).forEach(builder::reserved);
      return builder.build();
    }
  }
}
