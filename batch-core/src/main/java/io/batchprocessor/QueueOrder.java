package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * In which order the requests of a queue go, among those that were taken from the broker.
 *
 * @param fairnessAttribute key of the metadata that says whose a request is; tenants take turns by
 *     estimated tokens (deficit round robin); null: they don't
 * @param fairnessHeader whether the gateway is told the tenant, as {@code
 *     x-llm-d-inference-fairness-id}
 * @param prefixOrder how many characters of the prompt, or of the system message, have to be the
 *     same for requests to go one after another; 0: no matter
 * @param prefixTolerance deadlines in the same period of this length count as equal: only among
 *     these the prefix matters, and what ends in an earlier period goes first; at least 1 s
 * @param window how many messages are taken in advance, among which it chooses; 0: {@value
 *     #DEFAULT_WINDOW}, or as many as the processor's {@code buffer} where that is more
 */
public record QueueOrder(
    @Nullable String fairnessAttribute,
    boolean fairnessHeader,
    int prefixOrder,
    Duration prefixTolerance,
    int window) {

  /** How many messages are taken in advance to choose from, where nothing else is said. */
  public static final int DEFAULT_WINDOW = 1_000;

  /** As they come from the broker. */
  public static final QueueOrder BY_ARRIVAL =
      new QueueOrder(null, false, 0, Duration.ofMinutes(1), 0);

  static final Setting<String> FAIRNESS_ATTRIBUTE =
      Setting.string("fairness-attribute", "key of the metadata that says whose a request is")
          .where("not empty", key -> !key.isEmpty());
  static final Setting<Boolean> FAIRNESS_HEADER =
      Setting.flag("fairness-header", "whether the gateway is told whose it is")
          .withDefault("false");
  static final Setting<Integer> PREFIX_ORDER =
      Setting.integer("prefix-order", "characters of the prompt that have to be the same")
          .where("from 0 to 65536", value -> value >= 0 && value <= 65_536)
          .withDefault("0");
  static final Setting<Duration> PREFIX_TOLERANCE =
      Setting.duration("prefix-tolerance", "deadlines in the same such period count as equal")
          .where("≥ 1s", value -> value.toSeconds() >= 1)
          .withDefault("1m");
  static final Setting<Integer> WINDOW =
      Setting.integer("window", "messages taken in advance to choose from")
          .where("≥ 1", value -> value >= 1);

  static final List<Setting<?>> SETTINGS =
      List.of(FAIRNESS_ATTRIBUTE, FAIRNESS_HEADER, PREFIX_ORDER, PREFIX_TOLERANCE, WINDOW);

  /** Checks the ranges, and that there is an attribute if there is a header. */
  public QueueOrder {
    Objects.requireNonNull(prefixTolerance, "prefixTolerance");
    if (fairnessAttribute != null && fairnessAttribute.isEmpty()) {
      throw new IllegalArgumentException("fairnessAttribute must not be empty");
    }
    if (fairnessHeader && fairnessAttribute == null) {
      throw new IllegalArgumentException("fairness-header needs a fairness-attribute");
    }
    if (prefixOrder < 0 || prefixOrder > 65_536) {
      throw new IllegalArgumentException("prefixOrder must be from 0 to 65536, is " + prefixOrder);
    }
    if (prefixTolerance.toSeconds() < 1) {
      throw new IllegalArgumentException(
          "prefixTolerance must be at least 1 s, is " + prefixTolerance);
    }
    if (window < 0) {
      throw new IllegalArgumentException("window must not be negative, is " + window);
    }
  }

  /** Reads it from the settings of a queue. */
  static QueueOrder read(Settings settings) {
    try {
      return new QueueOrder(
          settings.find(FAIRNESS_ATTRIBUTE).orElse(null),
          settings.get(FAIRNESS_HEADER),
          settings.get(PREFIX_ORDER),
          settings.get(PREFIX_TOLERANCE),
          settings.find(WINDOW).orElse(0));
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** The same, with tenants taking turns that this key of the metadata tells apart. */
  public QueueOrder fairBy(String attribute) {
    return new QueueOrder(attribute, fairnessHeader, prefixOrder, prefixTolerance, window);
  }

  /** The same, with the gateway being told the tenant. */
  public QueueOrder withFairnessHeader() {
    return new QueueOrder(fairnessAttribute, true, prefixOrder, prefixTolerance, window);
  }

  /** The same, with requests together whose prompts begin with the same characters. */
  public QueueOrder byPrefix(int characters) {
    return new QueueOrder(fairnessAttribute, fairnessHeader, characters, prefixTolerance, window);
  }

  /** The same, with deadlines that count as equal. */
  public QueueOrder withPrefixTolerance(Duration tolerance) {
    return new QueueOrder(fairnessAttribute, fairnessHeader, prefixOrder, tolerance, window);
  }

  /** The same with another window. */
  public QueueOrder withWindow(int messages) {
    return new QueueOrder(
        fairnessAttribute, fairnessHeader, prefixOrder, prefixTolerance, messages);
  }

  boolean isByArrival() {
    return fairnessAttribute == null && prefixOrder == 0;
  }

  /**
   * How many messages are taken in advance.
   *
   * @param buffer how many they are where nothing is chosen
   */
  int window(int buffer) {
    return window > 0 ? window : isByArrival() ? buffer : Math.max(buffer, DEFAULT_WINDOW);
  }
}
