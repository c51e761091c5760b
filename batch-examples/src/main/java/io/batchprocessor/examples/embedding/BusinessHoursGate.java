package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.DispatchGateContext;
import io.batchprocessor.spi.DispatchGateProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Permit;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Verdict;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Keeps requests back during business hours, Monday to Friday, when the gateway has live traffic to
 * serve. While it is closed the messages stay in the broker.
 */
public final class BusinessHoursGate implements DispatchGate {

  /** Not until the hours end: clocks are set, and zones change their offset. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private final LocalTime begin;
  private final LocalTime end;
  private final Clock clock;

  /**
   * A gate for hours within one day.
   *
   * @param begin when they begin, before {@code end}
   * @param clock tells the time, in the zone of the hours
   * @throws IllegalArgumentException if they begin when they end, or later
   */
  public BusinessHoursGate(LocalTime begin, LocalTime end, Clock clock) {
    if (!begin.isBefore(end)) {
      throw new IllegalArgumentException(
          "begin must be before end (%s), is %s".formatted(end, begin));
    }
    this.begin = begin;
    this.end = end;
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  @Override
  public String name() {
    return "business-hours";
  }

  // snippet:gate
  @Override
  public Verdict tryAcquire(RequestView request) {
    return isClosed() ? new Verdict.Wait(LOOK_AGAIN) : new Verdict.Go(Permit.UNCOUNTED);
  }

  @Override
  public double budget() {
    return isClosed() ? 0 : 1;
  }

  // end:gate

  private boolean isClosed() {
    LocalDateTime now = LocalDateTime.now(clock);
    LocalTime time = now.toLocalTime();
    boolean weekend = now.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) > 0;
    return !weekend && !time.isBefore(begin) && time.isBefore(end);
  }

  /** {@code gate=business-hours}. */
  public static final class Provider implements DispatchGateProvider {

    private static final Setting<String> BEGIN =
        Setting.string("gate.business-hours.begin", "when live traffic begins, Monday to Friday")
            .where("as 08:00", text -> reads(LocalTime::parse, text))
            .withDefault("08:00");
    private static final Setting<String> END =
        Setting.string("gate.business-hours.end", "when it ends, the same day")
            .where("as 18:00", text -> reads(LocalTime::parse, text))
            .withDefault("18:00");
    private static final Setting<String> ZONE =
        Setting.string("gate.business-hours.zone", "time zone of both")
            .where("as Europe/Berlin", text -> reads(ZoneId::of, text))
            .withDefault("UTC");

    @Override
    public String id() {
      return "business-hours";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(BEGIN, END, ZONE);
    }

    @Override
    public void check(Settings settings) {
      if (!time(settings, BEGIN).isBefore(time(settings, END))) {
        throw new InvalidSettingsException(BEGIN.key() + " must be before " + END.key());
      }
    }

    @Override
    public DispatchGate create(DispatchGateContext context) {
      Settings settings = context.settings();
      return new BusinessHoursGate(
          time(settings, BEGIN), time(settings, END), Clock.system(ZoneId.of(settings.get(ZONE))));
    }

    private static LocalTime time(Settings settings, Setting<String> setting) {
      return LocalTime.parse(settings.get(setting));
    }

    private static boolean reads(Function<String, ?> parser, String text) {
      try {
        return parser.apply(text) != null;
      } catch (DateTimeException e) {
        return false;
      }
    }
  }
}
