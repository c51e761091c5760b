package io.batchprocessor.redis;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;

/**
 * What gives the gates that ask Redis their names in a configuration. Public is what {@code
 * ServiceLoader} must reach; nobody else needs these types.
 */
final class RedisGateProviders {

  private RedisGateProviders() {}

  /** {@code redis-budget}: a key that an operator sets. */
  public static final class BudgetProvider implements DispatchGateProvider {

    private static final String PREFIX = "gate." + RedisBudgetGate.ID + ".";
    private static final GateAddress ADDRESS = new GateAddress(RedisBudgetGate.ID);
    private static final Setting<String> KEY =
        Setting.string(PREFIX + "key", "the key; SET batch:budget 0.4 allows four tenths of max")
            .withDefault("batch:budget")
            .where("not empty", key -> !key.isBlank());
    private static final Setting<Integer> MAX =
        Setting.integer(
                PREFIX + "max",
                "requests in flight on this replica at budget 1; default: the pool's concurrency")
            .where("≥ 1", value -> value >= 1);
    private static final Setting<Double> FALLBACK =
        Setting.decimal(PREFIX + "fallback", "budget while there is no reading; 0: closed, 1: open")
            .withDefault("0")
            .where("from 0 to 1", value -> value >= 0 && value <= 1);
    private static final Setting<Duration> EVERY =
        upToADay(Setting.duration(PREFIX + "every", "time between readings").withDefault("1s"));
    private static final Setting<Duration> MAX_AGE =
        upToADay(
            Setting.duration(PREFIX + "max-age", "a reading that is older is none")
                .withDefault("5s"));

    /** Made by the {@link java.util.ServiceLoader}. */
    public BudgetProvider() {}

    @Override
    public String id() {
      return RedisBudgetGate.ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return ADDRESS.after(List.of(KEY, MAX, FALLBACK, EVERY, MAX_AGE));
    }

    @Override
    public void check(Settings settings) {
      ADDRESS.of(settings);
      timing(settings);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      double fallback = settings.get(FALLBACK);
      BudgetReader.Timing timing = timing(settings);
      BudgetReader reader =
          new BudgetReader(
              RedisBudgetGate.ID,
              ADDRESS.of(settings),
              settings.get(KEY),
              timing,
              "its budget is the fallback " + fallback,
              context.threads(),
              context.ticker());
      return new RedisBudgetGate(
          reader, timing.every(), settings.find(MAX).orElse(context.concurrency()), fallback);
    }

    private static BudgetReader.Timing timing(Settings settings) {
      Duration every = settings.get(EVERY);
      Duration maxAge = settings.get(MAX_AGE);
      if (maxAge.compareTo(every) < 0) {
        throw new InvalidSettingsException(
            "%s=%s ms: must be at least %s=%s ms, or no reading would count until the next"
                .formatted(MAX_AGE.key(), maxAge.toMillis(), EVERY.key(), every.toMillis()));
      }
      return new BudgetReader.Timing(every, maxAge);
    }
  }

  /** {@code redis-quota}: a limit for each value of an attribute, over all replicas. */
  public static final class QuotaProvider implements DispatchGateProvider {

    private static final GateAddress ADDRESS = new GateAddress(RedisQuotaGate.ID);

    /** Made by the {@link java.util.ServiceLoader}. */
    public QuotaProvider() {}

    @Override
    public String id() {
      return RedisQuotaGate.ID;
    }

    @Override
    public List<Setting<?>> settings() {
      return ADDRESS.after(QuotaSettings.ALL);
    }

    @Override
    public void check(Settings settings) {
      ADDRESS.of(settings);
      QuotaSettings.quota(settings, 1);
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      Quota quota = QuotaSettings.quota(settings, context.concurrency());
      QuotaBook book = new QuotaBook(quota, context.ticker());
      QuotaExchange exchange =
          new QuotaExchange(book, quota, ADDRESS.of(settings), context.threads(), context.ticker());
      return new RedisQuotaGate(
          quota, QuotaSettings.over(settings), book, exchange, context.ticker());
    }
  }

  static Setting<Duration> upToADay(Setting<Duration> setting) {
    return setting.where(
        "from 1ms to 1d",
        value -> value.toMillis() >= 1 && value.compareTo(Duration.ofDays(1)) <= 0);
  }
}
