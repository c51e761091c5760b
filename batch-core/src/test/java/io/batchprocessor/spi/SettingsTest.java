package io.batchprocessor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private enum Mode {
    FAST,
    VERY_SLOW
  }

  private static final Setting<String> URL = Setting.string("redis.url", "where it is");
  private static final Setting<Integer> SIZE =
      Setting.integer("redis.size", "how many").where("≥ 1", n -> n >= 1).withDefault("8");
  private static final Setting<String> PASSWORD = Setting.secret("redis.password", "the password");

  @ParameterizedTest
  @CsvSource({
    "0ms,PT0S",
    "500ms,PT0.5S",
    "60s,PT1M",
    "5m,PT5M",
    "2h,PT2H",
    "3d,PT72H",
    "' 7 s ',PT7S",
    "36500d,PT876000H"
  })
  void times_have_a_unit(String text, Duration duration) {
    assertThat(Setting.duration("t", "a time").parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-5s", "5 min", "s", "1.5s", "５s", "9999999999999d"})
  void times_that_are_none_say_what_would_be_right(String text) {
    assertThatThrownBy(() -> Setting.duration("t", "a time").parse(text))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("t=%s: must be a time with its unit, such as 500ms, 60s, 5m or 2h", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"36501d", "876001h", "999999999999d"})
  void times_that_nobody_can_mean_are_refused_by_their_key(String text) {
    assertThatThrownBy(() -> Setting.duration("t", "a time").parse(text))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("t=%s: must be at most 36500d", text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "65536,65536",
    "64KiB,65536",
    "10MiB,10485760",
    "1GiB,1073741824",
    "2147483647,2147483647"
  })
  void sizes_may_have_a_unit(String text, int bytes) {
    assertThat(Setting.bytes("s", "a size").parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "2GiB", "2147483648", "1kb", "1.5MiB", "KiB"})
  void sizes_that_are_none_are_refused(String text) {
    assertThatThrownBy(() -> Setting.bytes("s", "a size").parse(text))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("must be a size below 2 GiB");
  }

  @Test
  void other_values() {
    assertThat(Setting.flag("f", "d").parse(" true ")).isTrue();
    assertThat(Setting.list("l", "d").parse(" a, ,b,")).containsExactly("a", "b");
    assertThat(Setting.uri("u", "d").parse("http://h/x")).isEqualTo(URI.create("http://h/x"));
    assertThat(Setting.choice("c", Mode.class, "d").parse("very-slow")).isEqualTo(Mode.VERY_SLOW);
    assertThat(Setting.choice("c", Mode.class, "d").type()).isEqualTo("fast|very-slow");
    assertThat(Setting.decimal("n", "d").parse("0.8")).isEqualTo(0.8);
    for (String bad : List.of("NaN", "Infinity", "x")) {
      assertThatThrownBy(() -> Setting.decimal("n", "d").parse(bad)).hasMessageContaining("0.8");
    }
    assertThatThrownBy(() -> Setting.flag("f", "d").parse("yes")).hasMessageContaining("f=yes");
    assertThatThrownBy(() -> Setting.uri("u", "d").parse("/x")).hasMessageContaining("URL");
    assertThatThrownBy(() -> Setting.choice("c", Mode.class, "d").parse("FAST"))
        .hasMessageContaining("fast, very-slow");
    assertThatThrownBy(() -> Setting.integer("i", "d").parse("1e3"))
        .hasMessage("i=1e3: must be a whole number such as 8");
  }

  @Test
  void a_value_its_default_and_neither() {
    Settings settings = Settings.of(List.of(URL, SIZE), Map.of());

    assertThat(settings.get(SIZE)).isEqualTo(8);
    assertThat(settings.isSet(SIZE)).isFalse();
    assertThat(settings.find(URL)).isEmpty();
    assertThatThrownBy(() -> settings.get(URL))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("redis.url is missing: where it is");
    assertThatThrownBy(() -> settings.get(PASSWORD)).hasMessageContaining("is not listed");
  }

  @Test
  void every_fault_is_told_at_once_with_the_nearest_key_first() {
    InvalidSettingsException fault =
        catchThrowableOfType(
            InvalidSettingsException.class,
            () ->
                Settings.of(
                    List.of(URL, SIZE, PASSWORD),
                    Map.of("redis.siez", "1", "redis.size", "0", "redis.password", "hush")));

    assertThat(fault.problems())
        .containsExactly(
            "unknown setting 'redis.siez'; known: redis.size, redis.url, redis.password",
            "redis.size=0: must be ≥ 1");
  }

  @Test
  void secrets_are_never_shown() {
    Settings settings =
        Settings.of(List.of(URL, PASSWORD), Map.of("redis.password", "hush", "redis.url", "u"));

    assertThat(settings.get(PASSWORD)).isEqualTo("hush");
    assertThat(settings.toString()).isEqualTo("Settings{redis.password=***, redis.url=u}");
    assertThatThrownBy(() -> Setting.secret("k", "d").where("short", value -> false).parse("hush"))
        .hasMessageNotContaining("hush");
  }

  @Test
  void a_default_that_breaks_its_own_bound_is_a_bug_that_shows_at_once() {
    assertThatThrownBy(() -> Setting.integer("i", "d").where("≥ 1", n -> n >= 1).withDefault("0"))
        .isInstanceOf(InvalidSettingsException.class);
  }
}
