package io.batchprocessor.redis;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of the gate {@code redis-quota}. */
final class QuotaSettings {

  private static final String PREFIX = "gate." + RedisQuotaGate.ID + ".";

  /** More tokens a second than any gateway answers; what Redis counts in microseconds. */
  private static final double MOST_PER_SECOND = 100_000;

  private static final Setting<String> ATTRIBUTE =
      Setting.string(
              PREFIX + "attribute",
              "the key in a message's metadata whose values have a quota each, such as tenant;"
                  + " messages without it share the quota of the empty value")
          .where("not empty", value -> !value.isBlank());
  private static final Setting<Integer> LIMIT =
      Setting.integer(
              PREFIX + "limit",
              "the most in flight for one value in all replicas together; with per: the most that"
                  + " begin in that time")
          .where("≥ 0", value -> value >= 0);
  private static final Setting<List<String>> LIMITS =
      Setting.list(PREFIX + "limits", "limits of single values, such as acme=20,free=2")
          .where("value=limit", pairs -> pairs.stream().allMatch(QuotaSettings::isLimit));
  private static final Setting<Duration> PER =
      Setting.duration(
              PREFIX + "per", "makes the limit a rate: so many in that time; default: in flight")
          .where("from 1ms to 1d", value -> isFrom(value, 1, Duration.ofDays(1)));
  private static final Setting<Integer> BURST =
      Setting.integer(
              PREFIX + "burst",
              "with per: how many may begin at once after a pause; default: what 1 s brings")
          .where("≥ 1", value -> value >= 1);
  private static final Setting<WhenOver> WHEN_OVER =
      Setting.choice(
              PREFIX + "when-over",
              WhenOver.class,
              "what becomes of a request beyond its quota: it waits, and its queue with it unless"
                  + " that has a fairness-attribute; goes back to the broker; or ends with status"
                  + " 429")
          .withDefault("release");
  private static final Setting<Duration> RELEASE_DELAY =
      Setting.duration(PREFIX + "release-delay", "how long what goes back stays with the broker")
          .withDefault("1s");
  private static final Setting<Integer> FALLBACK =
      Setting.integer(
              PREFIX + "fallback",
              "the limit of each value on this replica alone while Redis can't be asked; 0: closed")
          .withDefault("0")
          .where("≥ 0", value -> value >= 0);
  private static final Setting<Duration> LEASE =
      Setting.duration(
              PREFIX + "lease",
              "after that time others have what a replica held that is gone; the same in every"
                  + " replica")
          .withDefault("10s")
          .where("from 500ms to 1h", value -> isFrom(value, 500, Duration.ofHours(1)));
  private static final Setting<Boolean> YIELD =
      Setting.flag(
              PREFIX + "yield",
              "whether requests in flight are taken back if Redis could not be asked for as long as"
                  + " their lease, so that not even then more are in flight than the limit")
          .withDefault("false");
  private static final Setting<String> KEY =
      Setting.string(
              PREFIX + "key",
              "what the keys in Redis begin with; gates with the same key share one quota")
          .withDefault("batch:quota")
          .where("not empty", value -> !value.isBlank());

  static final List<Setting<?>> ALL =
      List.of(
          ATTRIBUTE,
          LIMIT,
          LIMITS,
          PER,
          BURST,
          WHEN_OVER,
          RELEASE_DELAY,
          FALLBACK,
          LEASE,
          YIELD,
          KEY);

  private QuotaSettings() {}

  private static boolean isFrom(Duration value, long leastMillis, Duration most) {
    return value.toMillis() >= leastMillis && value.compareTo(most) <= 0;
  }

  private static boolean isLimit(String pair) {
    return pair.lastIndexOf('=') > 0 && pair.matches("(?s).*=\\s*[0-9]{1,9}");
  }

  private static Map<String, Integer> limits(List<String> pairs) {
    Map<String, Integer> limits = new HashMap<>();
    for (String pair : pairs) {
      int equals = pair.lastIndexOf('=');
      limits.put(
          pair.substring(0, equals).strip(), Integer.valueOf(pair.substring(equals + 1).strip()));
    }
    return limits;
  }

  static RedisQuotaGate.Over over(Settings settings) {
    return new RedisQuotaGate.Over(
        settings.get(WHEN_OVER), settings.get(RELEASE_DELAY), settings.get(YIELD));
  }

  /**
   * The quota.
   *
   * @throws InvalidSettingsException with everything that is missing or does not go together
   */
  static Quota quota(Settings settings, int concurrency) {
    List<String> problems = new ArrayList<>();
    for (Setting<?> needed : List.of(ATTRIBUTE, LIMIT)) {
      if (!settings.isSet(needed)) {
        problems.add("%s is missing: %s".formatted(needed.key(), needed.description()));
      }
    }
    if (settings.isSet(BURST) && !settings.isSet(PER)) {
      problems.add("%s needs %s".formatted(BURST.key(), PER.key()));
    }
    if (settings.get(YIELD) && settings.isSet(PER)) {
      problems.add(
          "%s does not go with %s: what has begun has begun".formatted(YIELD.key(), PER.key()));
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
    Optional<Duration> per = settings.find(PER);
    Quota quota =
        new Quota(
            settings.get(KEY),
            settings.get(ATTRIBUTE),
            settings.get(LIMIT),
            limits(settings.find(LIMITS).orElse(List.of())),
            per.orElse(null),
            settings.find(BURST).orElse(null),
            settings.get(LEASE),
            settings.get(FALLBACK),
            concurrency);
    per.ifPresent(time -> checkRates(quota, time));
    return quota;
  }

  private static void checkRates(Quota quota, Duration per) {
    List<Integer> limits = new ArrayList<>(quota.limits().values());
    limits.add(quota.limit());
    limits.add(quota.fallback());
    List<String> problems = new ArrayList<>();
    for (int limit : limits) {
      if (RateShare.perSecond(limit, per) > MOST_PER_SECOND) {
        problems.add("%d per %s: must be at most 100000 a second".formatted(limit, per));
      } else if (RateShare.burst(quota, per, limit) < RateShare.leastBurst(per, limit)) {
        problems.add(
            "%s=%d: must be at least %d for a limit of %d, which is what 200 ms bring"
                .formatted(BURST.key(), quota.burst(), RateShare.leastBurst(per, limit), limit));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems.stream().distinct().toList());
    }
  }
}
