package io.batchprocessor.examples.embedding;

import io.batchprocessor.policy.ExponentialBackoff;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.spi.RetryContext;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;

/**
 * A gateway that sheds has live traffic to serve and will have it for a while; one that broke a
 * connection is mostly back at once. The first is left alone for long, the second asked again soon.
 */
public final class PatientWhenShed implements BackoffStrategy {

  private final BackoffStrategy whenShed;
  private final BackoffStrategy otherwise = ExponentialBackoff.builder().build();

  /**
   * Begins with {@code base} after the first 429 and doubles from there, up to ten times as much.
   *
   * @param base 1 ms to 36 days
   */
  public PatientWhenShed(Duration base) {
    this.whenShed = ExponentialBackoff.builder().base(base).cap(base.multipliedBy(10)).build();
  }

  // snippet:backoff
  @Override
  public Duration delay(RetryContext context) {
    boolean shed = context.outcome().kind() == AttemptOutcome.Kind.SHED;
    return (shed ? whenShed : otherwise).delay(context);
  }

  // end:backoff

  /** {@code backoff=patient-when-shed}. */
  public static final class Provider implements BackoffStrategyProvider {

    private static final Setting<Duration> BASE =
        Setting.duration(
                "patient-when-shed.base",
                "delay after the first 429; doubles with each further one, up to ten times as much")
            .where("from 1ms to 36d", Provider::inRange)
            .withDefault("30s");

    @Override
    public String id() {
      return "patient-when-shed";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(BASE);
    }

    @Override
    public BackoffStrategy create(Settings settings) {
      return new PatientWhenShed(settings.get(BASE));
    }

    private static boolean inRange(Duration base) {
      return base.toMillis() >= 1 && base.toDays() <= 36;
    }
  }
}
