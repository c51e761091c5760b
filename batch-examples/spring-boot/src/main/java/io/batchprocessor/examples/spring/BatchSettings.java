package io.batchprocessor.examples.spring;

import io.batchprocessor.BatchProcessor;
import io.batchprocessor.ProcessorSettings;
import io.batchprocessor.spi.Setting;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The keys under {@code batch}, as {@code BatchProcessorBuilder.configure} takes them. */
final class BatchSettings {

  private static final String PREFIX = "batch";

  private BatchSettings() {}

  /**
   * All keys of files, flags and system properties, so that a misspelt one is found; of the
   * environment's variables those that are settings, such as {@code BATCH_REQUEST_TIMEOUT}: the
   * others may be anybody's, and which of their underscores are dots is not to be seen.
   */
  static Map<String, Object> in(ConfigurableEnvironment environment) {
    List<ConfigurationPropertySource> files =
        StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
            .filter(
                source ->
                    !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource))
            .toList();
    Map<String, Object> tree =
        new LinkedHashMap<>(
            new Binder(files, new PropertySourcesPlaceholdersResolver(environment))
                .bind(PREFIX, Bindable.mapOf(String.class, Object.class))
                .orElseGet(Map::of));
    settings()
        .map(Setting::key)
        .forEach(
            key -> {
              String dashed = PREFIX + "." + DataObjectPropertyName.toDashedForm(key);
              String value = environment.getProperty(dashed);
              if (value != null) {
                tree.put(key, value);
              }
            });
    return tree;
  }

  private static Stream<Setting<?>> settings() {
    return Stream.concat(
        ProcessorSettings.all().stream(),
        BatchProcessor.providerSettings().values().stream().flatMap(Collection::stream));
  }
}
