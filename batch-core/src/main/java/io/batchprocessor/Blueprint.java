package io.batchprocessor;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.Provider;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that was found to be sound: every name in it is resolved, and nothing is running
 * yet.
 *
 * @param settings the processor's own
 * @param queues by name, those that the configuration mentions
 * @param queueGates by queue, of those that have one
 * @param pools by name, the default one among them
 * @param transforms what is made of the requests of each queue
 * @param transport where requests come from
 * @param client makes the HTTP client
 * @param clientSettings what it is made from
 */
record Blueprint(
    Settings settings,
    Map<String, QueueConfig> queues,
    Map<String, GateSource> queueGates,
    Map<String, Pool> pools,
    TransformSources transforms,
    Source transport,
    BackoffStrategy backoff,
    InferenceClientProvider client,
    Settings clientSettings,
    List<BatchListener> listeners) {

  /** A pool, with what makes its policy and its gate. */
  record Pool(PoolConfig config, Supplier<? extends MergePolicy> mergePolicy, GateSource gate) {}

  /**
   * Checks a configuration.
   *
   * @throws InvalidSettingsException with everything that is wrong or missing
   */
  static Blueprint of(BatchProcessorBuilder builder) {
    return new Draft(builder).blueprint();
  }

  /**
   * Where requests come from, by itself; the rest of the configuration may be missing.
   *
   * @throws InvalidSettingsException with what is wrong
   */
  static Source sourceOf(BatchProcessorBuilder builder) {
    Draft draft = new Draft(builder);
    Optional<Source> source = draft.problems.attempt(draft::source);
    draft.problems.throwIfAny();
    return source.orElseThrow();
  }

  /** The names of one configuration on their way to what they stand for. */
  private static final class Draft {

    private final BatchProcessorBuilder builder;
    private final Map<String, String> values;
    private final Catalog catalog = new Catalog();
    private final Problems problems = new Problems();
    private final Settings settings;
    private final GateSources gates;

    Draft(BatchProcessorBuilder builder) {
      this.builder = builder;
      this.values = Map.copyOf(builder.values);
      problems.addAll(catalog.unknown(values.keySet()));
      this.settings =
          problems
              .attempt(() -> ownSettings(values))
              .orElseGet(() -> ownSettings(readable(values)));
      this.gates = new GateSources(catalog.gates, values);
    }

    Blueprint blueprint() {
      Optional<Source> source = problems.attempt(this::source);
      Map<String, Pool> pools = pools();
      Map<String, GateSource> queueGates = queueGates();
      TransformSources transforms = transforms();
      Optional<BackoffStrategy> backoff = problems.attempt(this::backoff);
      Optional<InferenceClientProvider> client = problems.attempt(this::client);
      Optional<Settings> clientSettings =
          client.flatMap(provider -> problems.attempt(() -> settingsOf(provider)));
      List<BatchListener> listeners = problems.attempt(this::listeners).orElse(List.of());
      checkQueues();
      checkAuthorization();
      problems.throwIfAny();
      return new Blueprint(
          settings,
          Map.copyOf(builder.queues),
          queueGates,
          pools,
          transforms,
          source.orElseThrow(),
          backoff.orElseThrow(),
          client.orElseThrow(),
          clientSettings.orElseThrow(),
          listeners);
    }

    private Source source() {
      if (builder.transport != null) {
        return Source.given(builder.transport);
      }
      QueueProvider provider =
          builder.queueProvider != null
              ? builder.queueProvider
              : catalog.queues.get(settings.get(ProcessorSettings.MESSAGE_QUEUE_IMPL));
      Settings own = settingsOf(provider).withQueues(List.copyOf(builder.queues.keySet()));
      return Source.opened(provider, own);
    }

    private Map<String, Pool> pools() {
      Map<String, PoolConfig> configs = new LinkedHashMap<>();
      configs.put(
          PoolConfig.DEFAULT,
          PoolConfig.of(PoolConfig.DEFAULT, settings.get(ProcessorSettings.CONCURRENCY)));
      configs.putAll(builder.pools);
      Map<String, Pool> pools = new LinkedHashMap<>();
      configs.forEach(
          (name, config) -> {
            var policy = problems.attempt(() -> mergePolicy(config.mergePolicy()));
            var gate = problems.attempt(() -> gate(config.gate()));
            policy.ifPresent(
                some -> gate.ifPresent(other -> pools.put(name, new Pool(config, some, other))));
          });
      return pools;
    }

    private Supplier<? extends MergePolicy> mergePolicy(@Nullable String ofPool) {
      if (ofPool == null && builder.mergePolicy != null) {
        return builder.mergePolicy;
      }
      String id = ofPool != null ? ofPool : settings.get(ProcessorSettings.MERGE_POLICY);
      var provider = catalog.mergePolicies.get(id);
      Settings own = settingsOf(provider);
      return () -> Assembly.made(provider.create(own), "merge policy '" + provider.id() + "'");
    }

    private GateSource gate(@Nullable GateConfig ofPool) {
      if (ofPool == null && builder.gate != null) {
        return GateSource.of(builder.gate);
      }
      return Optional.ofNullable(ofPool)
          .or(() -> Optional.ofNullable(builder.gateConfig))
          .or(() -> settings.find(ProcessorSettings.GATE).map(GateConfig::of))
          .map(gates::of)
          .orElse(GateSource.OPEN);
    }

    private Map<String, GateSource> queueGates() {
      Map<String, GateSource> sources = new LinkedHashMap<>();
      builder.queues.forEach(
          (name, queue) -> {
            GateConfig config = queue.gate();
            if (config != null && !builder.queueGates.containsKey(name)) {
              problems
                  .attempt(() -> gates.of(config))
                  .ifPresent(source -> sources.put(name, source));
            }
          });
      builder.queueGates.forEach((name, supplier) -> sources.put(name, GateSource.of(supplier)));
      return sources;
    }

    private TransformSources transforms() {
      List<String> named = settings.find(ProcessorSettings.TRANSFORMS).orElse(List.of());
      return TransformSources.of(builder, named, catalog.transforms, problems);
    }

    private BackoffStrategy backoff() {
      if (builder.backoff != null) {
        return builder.backoff;
      }
      var provider = catalog.backoffs.get(settings.get(ProcessorSettings.BACKOFF));
      return provider.create(settingsOf(provider));
    }

    private InferenceClientProvider client() {
      if (builder.inferenceClient != null) {
        return builder.inferenceClient;
      }
      Optional<String> id = settings.find(ProcessorSettings.HTTP_CLIENT);
      if (id.isPresent()) {
        InferenceClientProvider named = catalog.clients.get(id.get());
        if (!named.available()) {
          throw new InvalidSettingsException(
              "http-client=%s: the library that it needs is not on the class path"
                  .formatted(id.get()));
        }
        return named;
      }
      InferenceClientProvider best =
          catalog.clients.all().stream()
              .filter(InferenceClientProvider::available)
              .max(Comparator.comparingInt(InferenceClientProvider::preference))
              .orElseThrow(() -> new InvalidSettingsException("no HTTP client on the class path"));
      catalog.clients.all().stream()
          .filter(provider -> provider.preference() > best.preference())
          .findFirst()
          .ifPresent(
              faster ->
                  Engine.LOG.info(
                      "HTTP client '{}' is used, as what '{}' needs is not on the class path; adding"
                          + " org.apache.httpcomponents.client5:httpclient5 serves several times as"
                          + " many requests with the same CPU on JDK 17",
                      best.id(),
                      faster.id()));
      return best;
    }

    private List<BatchListener> listeners() {
      List<BatchListener> listeners = new ArrayList<>(builder.listeners);
      for (String id : settings.find(ProcessorSettings.LISTENERS).orElse(List.of())) {
        var provider = catalog.listeners.get(id);
        listeners.add(provider.create(settingsOf(provider)));
      }
      return listeners;
    }

    private void checkQueues() {
      Set<String> pools = new TreeSet<>(builder.pools.keySet());
      pools.add(PoolConfig.DEFAULT);
      builder.queues.values().stream()
          .filter(queue -> !pools.contains(queue.pool()))
          .forEach(
              queue ->
                  problems.add(
                      "queue '%s' names pool '%s', which is not configured; pools: %s"
                          .formatted(queue.name(), queue.pool(), String.join(", ", pools))));
      boolean everyQueueHasOne =
          !builder.queues.isEmpty()
              && builder.queues.values().stream()
                  .allMatch(queue -> queue.endpointOverride().isPresent());
      // One that can't be read was told of already.
      if (!values.containsKey(ProcessorSettings.ENDPOINT.key()) && !everyQueueHasOne) {
        problems.add(
            "endpoint is missing: %s, such as http://localhost:8000/v1/completions"
                .formatted(ProcessorSettings.ENDPOINT.description()));
      }
    }

    private void checkAuthorization() {
      if (values.containsKey(ProcessorSettings.AUTHORIZATION.key())
          && values.containsKey(ProcessorSettings.AUTHORIZATION_FILE.key())) {
        problems.add("authorization and authorization-file are both set; keep one of them");
      } else {
        var unused = problems.attempt(() -> Authorization.of(settings, builder.ticker));
      }
    }

    private Settings settingsOf(Provider provider) {
      return Catalog.settingsOf(provider, values);
    }

    /** Those that can be read: with them the rest can be checked too. */
    private static Map<String, String> readable(Map<String, String> values) {
      Map<String, String> readable = new HashMap<>(values);
      for (Setting<?> setting : ProcessorSettings.all()) {
        readable.computeIfPresent(
            setting.key(),
            (key, value) ->
                new Problems().attempt(() -> setting.parse(value)).isPresent() ? value : null);
      }
      return readable;
    }

    private static Settings ownSettings(Map<String, String> values) {
      List<Setting<?>> known = ProcessorSettings.all();
      Set<String> keys = known.stream().map(Setting::key).collect(Collectors.toSet());
      return Settings.of(
          known,
          values.keySet().stream()
              .filter(keys::contains)
              .collect(Collectors.toMap(key -> key, values::get)));
    }
  }
}
