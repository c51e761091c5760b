package io.batchprocessor.spi;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be configured: its key, type, default and meaning, declared once and used for
 * parsing, for help texts and for documentation.
 *
 * <pre>{@code
 * static final Setting<Duration> LEASE =
 *     Setting.duration("redis.lease", "how long a delivery is ours before another process may have it")
 *         .withDefault("60s");
 * }</pre>
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {

  private final String key;
  private final String type;
  private final String description;
  private final @Nullable String defaultText;
  private final boolean secret;
  private final Function<String, T> parser;

  private Setting(
      String key,
      String type,
      String description,
      @Nullable String defaultText,
      boolean secret,
      Function<String, T> parser) {
    this.key = Objects.requireNonNull(key, "key");
    this.type = type;
    this.description = Objects.requireNonNull(description, "description");
    this.defaultText = defaultText;
    this.secret = secret;
    this.parser = parser;
  }

  /** Any text. */
  public static Setting<String> string(String key, String description) {
    return new Setting<>(key, "text", description, null, false, text -> text);
  }

  /** Text that is masked wherever it is printed. */
  public static Setting<String> secret(String key, String description) {
    return new Setting<>(key, "secret", description, null, true, text -> text);
  }

  /** A whole number. */
  public static Setting<Integer> integer(String key, String description) {
    return new Setting<>(key, "integer", description, null, false, SettingValues::integer);
  }

  /** A number with a fraction. */
  public static Setting<Double> decimal(String key, String description) {
    return new Setting<>(key, "number", description, null, false, SettingValues::decimal);
  }

  /** {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String key, String description) {
    return new Setting<>(key, "true|false", description, null, false, SettingValues::flag);
  }

  /**
   * A time with its unit, such as {@code 500ms}, {@code 60s}, {@code 5m}, {@code 2h}, {@code 7d}.
   */
  public static Setting<Duration> duration(String key, String description) {
    return new Setting<>(key, "duration", description, null, false, SettingValues::duration);
  }

  /** A size, such as {@code 65536}, {@code 64KiB}, {@code 10MiB}; at most 2 GiB - 1. */
  public static Setting<Integer> bytes(String key, String description) {
    return new Setting<>(key, "bytes", description, null, false, SettingValues::bytes);
  }

  /** Texts, separated by commas. */
  public static Setting<List<String>> list(String key, String description) {
    return new Setting<>(key, "list", description, null, false, SettingValues::list);
  }

  /** An absolute URI. */
  public static Setting<URI> uri(String key, String description) {
    return new Setting<>(key, "URL", description, null, false, SettingValues::uri);
  }

  /** One of the constants of {@code choices}, written in lower case with hyphens. */
  public static <E extends Enum<E>> Setting<E> choice(
      String key, Class<E> choices, String description) {
    List<String> names =
        Arrays.stream(choices.getEnumConstants()).map(SettingValues::nameOf).toList();
    return new Setting<>(
        key,
        String.join("|", names),
        description,
        null,
        false,
        text -> SettingValues.choice(choices, text));
  }

  /** The same with a default, written as a user would write it. */
  public Setting<T> withDefault(String text) {
    parse(text);
    return new Setting<>(key, type, description, text, secret, parser);
  }

  /**
   * The same with a bound that each value must keep; {@code bound} says it, such as {@code ≥ 1}.
   */
  public Setting<T> where(String bound, Predicate<T> holds) {
    return new Setting<>(
        key,
        type + " " + bound,
        description,
        defaultText,
        secret,
        text -> {
          T value = parser.apply(text);
          if (!holds.test(value)) {
            throw new IllegalArgumentException("must be " + bound);
          }
          return value;
        });
  }

  /** The key, such as {@code redis.url}. */
  public String key() {
    return key;
  }

  /** The type with its bound, for help texts. */
  public String type() {
    return type;
  }

  /** What it means. */
  public String description() {
    return description;
  }

  /** The default as a user would write it; empty if there is none. */
  public Optional<String> defaultText() {
    return Optional.ofNullable(defaultText);
  }

  /** Whether its value must not be printed. */
  public boolean isSecret() {
    return secret;
  }

  /**
   * Reads a value.
   *
   * @throws InvalidSettingsException naming key, value (unless secret) and what would be right
   */
  public T parse(String text) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(
          "%s=%s: %s".formatted(key, secret ? "***" : withoutUser(text), e.getMessage()));
    }
  }

  /** A URL that is refused may hold a password. */
  private static String withoutUser(String text) {
    return text.replaceAll("//[^/@\\s]*@", "//***@");
  }

  /** Key and type. */
  @Override
  public String toString() {
    return key + " (" + type + ")";
  }
}
