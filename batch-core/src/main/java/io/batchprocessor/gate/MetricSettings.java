package io.batchprocessor.gate;

import static io.batchprocessor.gate.GateSettings.positive;
import static io.batchprocessor.gate.GateSettings.share;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of every gate that reads metrics: how often, for how long, and what if not. */
final class MetricSettings {

  private final String id;
  private final Setting<Double> fallback;
  private final Setting<Duration> every;
  private final Setting<Duration> maxAge;
  private final Setting<Duration> timeout;
  private final Setting<String> tokenFile;

  /**
   * Settings of one gate.
   *
   * @param id the gate's
   * @param every default interval
   * @param maxAge default age up to which a reading counts
   */
  MetricSettings(String id, String every, String maxAge) {
    this.id = id;
    String prefix = "gate." + id + ".";
    fallback =
        share(prefix + "fallback", "budget while there is no reading; 0: closed, 1: open")
            .withDefault("0");
    this.every = positive(prefix + "every", "time between readings").withDefault(every);
    this.maxAge =
        positive(prefix + "max-age", "a reading that is older is none").withDefault(maxAge);
    timeout =
        positive(prefix + "timeout", "how long the server may take to answer").withDefault("2s");
    tokenFile =
        Setting.string(
            prefix + "token-file", "file with a bearer token for the server; read each time");
  }

  /** These after the gate's own. */
  List<Setting<?>> after(Setting<?>... own) {
    List<Setting<?>> all = new ArrayList<>(List.of(own));
    all.addAll(List.of(fallback, every, maxAge, timeout, tokenFile));
    return List.copyOf(all);
  }

  double fallback(Settings settings) {
    return settings.get(fallback);
  }

  Duration timeout(Settings settings) {
    return settings.get(timeout);
  }

  @Nullable Path tokenFile(Settings settings) {
    return settings.find(tokenFile).map(Path::of).orElse(null);
  }

  /**
   * When to read.
   *
   * @throws InvalidSettingsException if readings would be too old before the next comes
   */
  Poll.Timing timing(Settings settings) {
    Duration interval = settings.get(every);
    Duration age = settings.get(maxAge);
    if (age.compareTo(interval) < 0) {
      throw new InvalidSettingsException(
          "%s=%s ms: must be at least %s=%s ms, or no reading would count until the next"
              .formatted(maxAge.key(), age.toMillis(), every.key(), interval.toMillis()));
    }
    return new Poll.Timing(interval, age);
  }

  /** A gate that goes by what a probe finds, its poll started. */
  DispatchGate gate(Probe<Load> probe, double baseline, DispatchGateContext context) {
    double budget = context.settings().get(fallback);
    Poll<Load> poll =
        new Poll<>(
            id,
            probe,
            timing(context.settings()),
            "its budget is the fallback " + budget,
            context.threads(),
            context.ticker());
    return new MeasuredGate(id, poll.start(), baseline, budget, context.concurrency());
  }
}
