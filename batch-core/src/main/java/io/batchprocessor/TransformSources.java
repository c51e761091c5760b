package io.batchprocessor;

import io.batchprocessor.spi.RequestTransformContext;
import io.batchprocessor.spi.RequestTransformProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which transforms a queue's requests go through, in order: the queue's own, else its pool's, else
 * the processor's.
 *
 * @param common of every queue for which nothing else is said
 * @param ofPools by pool, of those that have a list of their own, be it empty
 * @param ofQueues by queue, likewise
 */
record TransformSources(
    List<TransformSource> common,
    Map<String, List<TransformSource>> ofPools,
    Map<String, List<TransformSource>> ofQueues) {

  List<TransformSource> of(QueueConfig queue) {
    return ofQueues.getOrDefault(queue.name(), ofPools.getOrDefault(queue.pool(), common));
  }

  /**
   * Checks what a configuration says.
   *
   * @param named the processor's own, by id
   * @param problems where everything that is wrong goes
   */
  static TransformSources of(
      BatchProcessorBuilder builder,
      List<String> named,
      Providers<RequestTransformProvider> providers,
      Problems problems) {
    Reader reader = new Reader(providers, Map.copyOf(builder.values), problems);
    List<TransformSource> common =
        !builder.transforms.isEmpty()
            ? builder.transforms
            : reader.sources(
                builder.transformConfigs != null
                    ? builder.transformConfigs
                    : named.stream().map(TransformConfig::of).toList());
    Map<String, List<TransformSource>> ofPools = new LinkedHashMap<>();
    builder.pools.forEach((name, pool) -> reader.put(ofPools, name, pool.transforms()));
    Map<String, List<TransformSource>> ofQueues = new LinkedHashMap<>();
    builder.queues.forEach((name, queue) -> reader.put(ofQueues, name, queue.transforms()));
    ofQueues.putAll(builder.queueTransforms);
    return new TransformSources(List.copyOf(common), ofPools, ofQueues);
  }

  /** Turns transforms as they are described into what makes them. */
  private record Reader(
      Providers<RequestTransformProvider> providers, Map<String, String> flat, Problems problems) {

    void put(
        Map<String, List<TransformSource>> sources,
        String name,
        @Nullable List<TransformConfig> configs) {
      if (configs != null) {
        sources.put(name, sources(configs));
      }
    }

    List<TransformSource> sources(List<TransformConfig> configs) {
      List<TransformSource> sources = new ArrayList<>();
      configs.forEach(config -> problems.attempt(() -> source(config)).ifPresent(sources::add));
      return sources;
    }

    /** Settings of the object go over those in flat form. */
    private TransformSource source(TransformConfig config) {
      RequestTransformProvider provider = providers.get(config.type());
      List<String> known = provider.settings().stream().map(Setting::key).toList();
      Map<String, String> values = new HashMap<>(flat);
      values.keySet().retainAll(known);
      config.settings().forEach((key, value) -> values.put(config.prefix() + key, value));
      Settings settings = Settings.of(provider.settings(), values);
      provider.check(settings);
      return clock ->
          Assembly.made(
              provider.create(new RequestTransformContext(settings, clock)),
              "request transform '" + provider.id() + "'");
    }
  }
}
