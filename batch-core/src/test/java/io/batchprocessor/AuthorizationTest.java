package io.batchprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchprocessor.spi.InvalidSettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationTest {

  @TempDir private Path directory;
  private final ManualTicker ticker = new ManualTicker();

  private Path write(String secret, int generation) throws IOException {
    Path file = directory.resolve("token");
    Files.writeString(file, secret);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000 + generation)));
    return file;
  }

  @Test
  void none_is_none() {
    assertThat(Authorization.none().value()).isEmpty();
    assertThat(Authorization.none().toString()).isEqualTo("Authorization[none]");
  }

  @Test
  void a_file_is_read_without_the_line_end() throws Exception {
    assertThat(Authorization.fromFile(write("Bearer one\n", 1), ticker).value())
        .contains("Bearer one");
  }

  @Test
  void a_file_that_is_replaced_is_read_again_soon() throws Exception {
    Authorization authorization = Authorization.fromFile(write("Bearer one", 1), ticker);
    write("Bearer two", 2);
    assertThat(authorization.value()).contains("Bearer one");

    ticker.pass(Duration.ofSeconds(10));

    assertThat(authorization.value()).contains("Bearer two");
  }

  @Test
  void a_file_that_is_gone_or_spoiled_leaves_the_last_value() throws Exception {
    Path file = write("Bearer one", 1);
    Authorization authorization = Authorization.fromFile(file, ticker);
    Files.delete(file);
    ticker.pass(Duration.ofSeconds(10));
    assertThat(authorization.value()).contains("Bearer one");
    write("two\nlines", 2);
    ticker.pass(Duration.ofSeconds(10));
    assertThat(authorization.value()).contains("Bearer one");
    write("Bearer three", 3);
    ticker.pass(Duration.ofSeconds(10));
    assertThat(authorization.value()).contains("Bearer three");
  }

  @Test
  void a_file_that_is_not_there_at_start_is_an_error_that_names_it() {
    Path missing = directory.resolve("nowhere");

    assertThatThrownBy(() -> Authorization.fromFile(missing, ticker))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("authorization-file=" + missing);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "hush\nhush", "hush\u0000", "hüsh"})
  void what_no_header_can_carry_is_refused_without_being_shown(String value) {
    assertThatThrownBy(() -> Authorization.fixed(value))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageNotContaining("hush")
        .hasMessageNotContaining("hüsh");
  }
}
