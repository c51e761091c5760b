package io.batchprocessor;

import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The value of the {@code Authorization} header: none, fixed, or read from a file that may be
 * replaced while we run, as Kubernetes does with mounted secrets. Used by the dispatcher only.
 */
final class Authorization {

  private static final Logger LOG = LoggerFactory.getLogger(Authorization.class);
  private static final long CHECK_NANOS = Duration.ofSeconds(10).toNanos();

  private final @Nullable Path file;
  private final LongSupplier ticker;
  private Optional<String> value;
  private @Nullable FileTime readAt;
  private long checkedNanos;

  private Authorization(Optional<String> value, @Nullable Path file, LongSupplier ticker) {
    this.value = value;
    this.file = file;
    this.ticker = ticker;
  }

  static Authorization none() {
    return new Authorization(Optional.empty(), null, System::nanoTime);
  }

  static Authorization fixed(String value) {
    return new Authorization(Optional.of(checked(value)), null, System::nanoTime);
  }

  /**
   * What is configured.
   *
   * @throws InvalidSettingsException if no header can carry it, or its file can't be read
   */
  static Authorization of(Settings settings, LongSupplier ticker) {
    return settings
        .find(ProcessorSettings.AUTHORIZATION)
        .map(Authorization::fixed)
        .or(
            () ->
                settings
                    .find(ProcessorSettings.AUTHORIZATION_FILE)
                    .map(file -> fromFile(Path.of(file), ticker)))
        .orElseGet(Authorization::none);
  }

  /**
   * What a file says.
   *
   * @throws InvalidSettingsException if it can't be read
   */
  static Authorization fromFile(Path file, LongSupplier ticker) {
    Authorization authorization = new Authorization(Optional.empty(), file, ticker);
    try {
      authorization.read(file);
    } catch (IOException e) {
      throw new InvalidSettingsException(
          "authorization-file=%s can't be read: %s".formatted(file, e));
    }
    return authorization;
  }

  Optional<String> value() {
    if (file != null && ticker.getAsLong() - checkedNanos >= CHECK_NANOS) {
      refresh(file);
    }
    return value;
  }

  private void refresh(Path file) {
    try {
      if (!Files.getLastModifiedTime(file).equals(readAt)) {
        read(file);
      }
    } catch (IOException | InvalidSettingsException e) {
      LOG.warn("authorization-file={} can't be read; going on with what it said before", file, e);
    }
    checkedNanos = ticker.getAsLong();
  }

  private void read(Path file) throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    value = Optional.of(checked(Files.readString(file)));
    readAt = modified;
    checkedNanos = ticker.getAsLong();
  }

  private static String checked(String value) {
    String stripped = value.strip();
    if (stripped.isEmpty() || !stripped.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new InvalidSettingsException(
          "the Authorization header's value must be one line of printable ASCII, and not empty");
    }
    return stripped;
  }

  /** Whether there is one; never what it is. */
  @Override
  public String toString() {
    return value.isPresent() ? "Authorization[***]" : "Authorization[none]";
  }
}
