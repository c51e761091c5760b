package io.batchprocessor.policy;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What gives the backoff strategies their names in a configuration. Public is what {@code
 * ServiceLoader} must reach; nobody else needs these types.
 */
final class BackoffStrategyProviders {

  /** One setting for both strategies, and so without a default: each has its own. */
  private static final Setting<Jitter> JITTER =
      Setting.choice(
          "backoff.jitter",
          Jitter.class,
          "how much of a delay is left to chance; default full for exponential, none for fixed");

  private BackoffStrategyProviders() {}

  /** {@link ExponentialBackoff}. */
  public static final class ExponentialProvider implements BackoffStrategyProvider {

    private static final Setting<Duration> BASE =
        DurationRange.FROM_ONE_MILLI
            .bound(
                Setting.duration(
                    "backoff.base", "delay after the first attempt; doubles with each further one"))
            .withDefault(DurationRange.text(ExponentialBackoff.DEFAULT_BASE));
    private static final Setting<Duration> CAP =
        DurationRange.FROM_ONE_MILLI
            .bound(Setting.duration("backoff.cap", "longest delay; at least backoff.base"))
            .withDefault(DurationRange.text(ExponentialBackoff.DEFAULT_CAP));

    @Override
    public String id() {
      return "exponential";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(BASE, CAP, JITTER);
    }

    @Override
    public BackoffStrategy create(Settings settings) {
      Duration base = settings.get(BASE);
      Duration cap = settings.get(CAP);
      if (base.compareTo(cap) > 0) {
        throw new InvalidSettingsException(
            "%s=%s: must be at most %s=%s"
                .formatted(
                    BASE.key(), DurationRange.text(base), CAP.key(), DurationRange.text(cap)));
      }
      return ExponentialBackoff.builder()
          .base(base)
          .cap(cap)
          .jitter(settings.find(JITTER).orElse(ExponentialBackoff.DEFAULT_JITTER))
          .build();
    }
  }

  /** {@link FixedBackoff}. */
  public static final class FixedProvider implements BackoffStrategyProvider {

    private static final Setting<Duration> DELAY =
        DurationRange.FROM_ZERO
            .bound(Setting.duration("backoff.delay", "delay after each attempt"))
            .withDefault(DurationRange.text(FixedBackoff.DEFAULT_DELAY));

    @Override
    public String id() {
      return "fixed";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(DELAY, JITTER);
    }

    @Override
    public BackoffStrategy create(Settings settings) {
      return FixedBackoff.of(
          settings.get(DELAY),
          settings.find(JITTER).orElse(FixedBackoff.DEFAULT_JITTER),
          ThreadLocalRandom::current);
    }
  }
}
