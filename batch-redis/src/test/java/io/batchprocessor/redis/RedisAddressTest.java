package io.batchprocessor.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

class RedisAddressTest {

  private static RedisAddress read(Map<String, String> environment, String... settings) {
    return RedisAddress.of(settings(settings), environment);
  }

  private static Settings settings(String... settings) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      values.put(settings[i], settings[i + 1]);
    }
    return Settings.of(new RedisStreamsProvider().settings(), values);
  }

  @Test
  void the_default_is_localhost() {
    RedisAddress address = read(Map.of());

    assertThat(address.hosts()).containsExactly(new HostAndPort("localhost", 6379));
    assertThat(address.tls()).isFalse();
    assertThat(address).hasToString("redis://localhost:6379");
  }

  @Test
  void the_environment_is_the_fallback() {
    Map<String, String> environment =
        Map.of("REDIS_URL", "redis://elsewhere:7000", "REDIS_PASSWORD", "secret");

    assertThat(read(environment)).hasToString("redis://:***@elsewhere:7000");
    assertThat(read(environment, "redis.url", "redis://u:own@here"))
        .hasToString("redis://u:***@here:6379")
        .extracting(RedisAddress::password)
        .isEqualTo("own");
  }

  @Test
  void what_is_empty_in_the_environment_is_not_set() {
    RedisAddress address = read(Map.of("REDIS_URL", "", "REDIS_PASSWORD", ""));

    assertThat(address).hasToString("redis://localhost:6379");
    assertThat(address.password()).isNull();
  }

  @Test
  void certificates_without_tls_are_refused(@TempDir Path directory) throws Exception {
    String file = Files.createFile(directory.resolve("store")).toString();

    for (String key : List.of("redis.tls-truststore", "redis.tls-keystore")) {
      assertThatThrownBy(() -> read(Map.of(), "redis.url", "redis://h", key, file))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining(key + " needs rediss://");
      assertThat(read(Map.of(), "redis.url", "rediss://h", key, file).tls()).isTrue();
    }
  }

  @Test
  void a_gate_with_a_url_of_its_own_shares_certificates_where_it_has_a_use_for_them(
      @TempDir Path directory) throws Exception {
    String file = Files.createFile(directory.resolve("store")).toString();

    for (String scheme : List.of("redis", "rediss")) {
      assertThatCode(
              () ->
                  GateRequests.check(
                      "redis-budget",
                      "redis.url",
                      "rediss://h",
                      "redis.tls-truststore",
                      file,
                      "url",
                      scheme + "://own"))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void a_gate_may_read_once_a_day() {
    assertThatCode(() -> GateRequests.check("redis-budget", "every", "1d", "max-age", "1d"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> GateRequests.check("redis-budget", "max-age", "25h"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("from 1ms to 1d");
  }

  @Test
  void every_part_of_a_url_is_read() {
    RedisAddress address = read(Map.of(), "redis.url", "rediss://us%40er:p%3Aw%2Fd+x@[::1]:7000/3");

    assertThat(address.tls()).isTrue();
    assertThat(address.user()).isEqualTo("us@er");
    assertThat(address.password()).isEqualTo("p:w/d+x");
    assertThat(address.hosts()).containsExactly(new HostAndPort("::1", 7000));
    assertThat(address.database()).isEqualTo(3);
    assertThat(address.toString()).doesNotContain("p:w").doesNotContain("p%3A");
  }

  @Test
  void a_password_file_wins(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("password"), "from file\n");

    assertThat(
            read(
                    Map.of("REDIS_PASSWORD", "from environment"),
                    "redis.url",
                    "redis://:fromurl@h",
                    "redis.password-file",
                    file.toString())
                .password())
        .isEqualTo("from file");
  }

  @Test
  void a_password_file_that_is_missing_or_empty_is_named(@TempDir Path directory) throws Exception {
    assertThatThrownBy(() -> read(Map.of(), "redis.password-file", "/no/such/file"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("/no/such/file");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThatThrownBy(() -> read(Map.of(), "redis.password-file", empty.toString()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("is empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://:secret@host",
        "redis:secret",
        "redis://",
        "redis://:secret@host:port",
        "redis://:secret@host:99999",
        "redis://:secret@host:0",
        "redis://:secret%zz@host",
        "redis://:secret@host/x",
        "redis://:secret@host:6379/0?x=1",
        ""
      })
  void a_url_that_is_none_is_refused_without_being_shown(String url) {
    assertThatThrownBy(() -> read(Map.of(), "redis.url", url))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("redis.url")
        .hasMessageContaining("redis://localhost:6379")
        .hasMessageNotContaining("secret");
  }

  @Test
  void several_hosts_need_to_be_explained() {
    assertThatThrownBy(() -> read(Map.of(), "redis.url", "redis://a:1,b:2"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("redis.cluster")
        .hasMessageContaining("redis.sentinel-master");
    assertThat(read(Map.of(), "redis.url", "redis://a:1,b:2", "redis.sentinel-master", "m").hosts())
        .hasSize(2);
    assertThatThrownBy(
            () ->
                read(
                    Map.of(),
                    "redis.url",
                    "redis://a:1,b:2",
                    "redis.sentinel-master",
                    "m",
                    "redis.cluster",
                    "true"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("exclude each other");
  }

  @Test
  void settings_show_neither_url_nor_passwords() {
    assertThat(settings("redis.url", "redis://u:secret@h", "redis.password", "secret").toString())
        .doesNotContain("secret");
  }
}
