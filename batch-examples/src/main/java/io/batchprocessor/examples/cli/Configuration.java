package io.batchprocessor.examples.cli;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.BatchProcessorBuilder;
import io.batchprocessor.ConfigurationFile;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.examples.service.HttpOptions;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants: flags win over environment variables, these over the file, the file over the
 * defaults.
 */
final class Configuration {

  private final Map<String, Object> file;
  private final Set<String> flags;
  private final Map<String, String> values;

  /** Of the file, what is for the processor. */
  private final Map<String, Object> fileForProcessor;

  private Configuration(Map<String, Object> file, Set<String> flags, Map<String, String> values) {
    this.file = file;
    this.flags = Set.copyOf(flags);
    this.values = values;
    this.fileForProcessor = new LinkedHashMap<>(file);
    ProgramSettings.all().forEach(setting -> fileForProcessor.remove(setting.key()));
  }

  /**
   * Puts the three together.
   *
   * @param flags by key
   * @param environment by variable name; variables that are no settings are left alone
   * @throws io.batchprocessor.spi.InvalidSettingsException if there is a file that can't be read
   */
  static Configuration of(
      KnownSettings known, Map<String, String> flags, Map<String, String> environment) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Setting<?> setting : known.all()) {
      String variable = environment.get(KnownSettings.variable(setting));
      String value = flags.getOrDefault(setting.key(), variable);
      if (value != null) {
        values.put(setting.key(), value);
      }
    }
    String path = values.get(ProgramSettings.CONFIG.key());
    return new Configuration(
        path == null ? Map.of() : ConfigurationFile.read(Path.of(path)), flags.keySet(), values);
  }

  /** Whether the user gave it a value, anywhere. */
  boolean names(String key) {
    return values.containsKey(key) || file.containsKey(key);
  }

  /** Whether a flag or the file gives it a value. */
  boolean namesOutsideEnvironment(String key) {
    return flags.contains(key) || file.containsKey(key);
  }

  /**
   * A setting's value, or its default.
   *
   * @throws io.batchprocessor.spi.InvalidSettingsException if it can't be read
   */
  <T> Optional<T> find(Setting<T> setting) {
    @Nullable Object inFile = file.get(setting.key());
    String value = values.get(setting.key());
    return Optional.ofNullable(value)
        .or(() -> Optional.ofNullable(inFile).map(Configuration::text))
        .or(setting::defaultText)
        .map(setting::parse);
  }

  private static String text(Object inFile) {
    return inFile instanceof List<?> several
        ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(inFile);
  }

  /**
   * How to serve over HTTP; empty: not at all.
   *
   * @throws InvalidSettingsException if the token can't be read
   */
  Optional<HttpOptions> http() {
    return find(ProgramSettings.HTTP_PORT)
        .map(
            port ->
                new HttpOptions(
                    find(ProcessorSettings.NAME).orElseThrow(),
                    find(ProgramSettings.HTTP_HOST).orElseThrow(),
                    port,
                    find(ProgramSettings.HTTP_NAMES).orElse(List.of()),
                    token(),
                    find(ProgramSettings.HTTP_PAYLOADS).orElseThrow()));
  }

  /** The token of the status page: what is set, or the first line of the file that is set. */
  Optional<String> token() {
    Optional<String> token = find(ProgramSettings.HTTP_TOKEN);
    Optional<String> file = find(ProgramSettings.HTTP_TOKEN_FILE);
    if (token.isPresent() && file.isPresent()) {
      throw new InvalidSettingsException(
          "http.token and http.token-file are both set; keep one of them");
    }
    Optional<String> secret = token.or(() -> file.map(Configuration::firstLine)).map(String::strip);
    if (secret.filter(String::isEmpty).isPresent()) {
      throw new InvalidSettingsException("http.token is empty: leave it out, or give one");
    }
    return secret;
  }

  private static String firstLine(String file) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines.findFirst().orElse("");
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidSettingsException(
          "http.token-file=%s can't be read: %s".formatted(file, e.getMessage()));
    }
  }

  /** A processor with these settings, still to be given whatever a file can't name. */
  BatchProcessorBuilder processor() {
    BatchProcessorBuilder builder = BatchProcessor.builder();
    applyTo(builder);
    return builder;
  }

  /** Sets what the user has set; what the builder has of other settings stays. */
  void applyTo(BatchProcessorBuilder builder) {
    Map<String, String> own = new LinkedHashMap<>(values);
    ProgramSettings.all().forEach(setting -> own.remove(setting.key()));
    builder.configure(fileForProcessor).configure(own);
  }
}
