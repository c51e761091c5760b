package io.batchprocessor;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BatchListener;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceClientProvider;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link BatchProcessor}. Whatever is set as an instance wins over what a configuration
 * names; of two settings of one thing, the later wins. Not safe for use by several threads.
 */
public final class BatchProcessorBuilder {

  final Map<String, String> values = new LinkedHashMap<>();
  final Map<String, QueueConfig> queues = new LinkedHashMap<>();
  final Map<String, PoolConfig> pools = new LinkedHashMap<>();
  final List<BatchListener> listeners = new ArrayList<>();
  @Nullable Transport transport;
  @Nullable QueueProvider queueProvider;
  @Nullable Supplier<? extends MergePolicy> mergePolicy;
  final Map<String, Supplier<? extends DispatchGate>> queueGates = new LinkedHashMap<>();
  @Nullable Supplier<? extends DispatchGate> gate;
  @Nullable GateConfig gateConfig;
  final Map<String, List<TransformSource>> queueTransforms = new LinkedHashMap<>();
  final List<TransformSource> transforms = new ArrayList<>();
  @Nullable List<TransformConfig> transformConfigs;
  @Nullable BackoffStrategy backoff;
  @Nullable InferenceClientProvider inferenceClient;
  @Nullable ThreadFactory threadFactory;
  InstantSource clock = InstantSource.system();
  LongSupplier ticker = System::nanoTime;

  BatchProcessorBuilder() {}

  /** Where requests come from. Whoever made it closes it, after the processor. */
  public BatchProcessorBuilder transport(Transport transport) {
    this.transport = Objects.requireNonNull(transport, "transport");
    return this;
  }

  /** Opens the transport at {@link BatchProcessor#start}; the processor closes it. */
  public BatchProcessorBuilder queueProvider(QueueProvider provider) {
    this.queueProvider = Objects.requireNonNull(provider, "provider");
    return this;
  }

  /** Full URL that requests are POSTed to. Required, unless every queue has its own. */
  public BatchProcessorBuilder endpoint(URI endpoint) {
    return setting(ProcessorSettings.ENDPOINT, endpoint.toString());
  }

  /** The most requests in flight in the default pool; default 8, at least 1. */
  public BatchProcessorBuilder concurrency(int concurrency) {
    return setting(ProcessorSettings.CONCURRENCY, Integer.toString(concurrency));
  }

  /** Sent as {@code x-gateway-inference-objective}. */
  public BatchProcessorBuilder inferenceObjective(String objective) {
    return setting(ProcessorSettings.INFERENCE_OBJECTIVE, objective);
  }

  /** How long one attempt may take; default 5 minutes. */
  public BatchProcessorBuilder requestTimeout(Duration timeout) {
    return setting(ProcessorSettings.REQUEST_TIMEOUT, timeout.toMillis() + "ms");
  }

  /** The most attempts at a request, at least 1; default: until its deadline. */
  public BatchProcessorBuilder maxAttempts(int attempts) {
    return setting(ProcessorSettings.MAX_ATTEMPTS, Integer.toString(attempts));
  }

  /** Value of the {@code Authorization} header. */
  public BatchProcessorBuilder authorization(String value) {
    return setting(ProcessorSettings.AUTHORIZATION, value);
  }

  /** Begins the names of the processor's threads; default {@code batch}. */
  public BatchProcessorBuilder name(String name) {
    return setting(ProcessorSettings.NAME, name);
  }

  /**
   * How one queue is treated; every queue of the transport that is not named here gets defaults.
   */
  public BatchProcessorBuilder queue(QueueConfig queue) {
    queues.put(queue.name(), queue);
    return this;
  }

  /** A worker pool; queues join it by name. */
  public BatchProcessorBuilder pool(PoolConfig pool) {
    pools.put(pool.name(), pool);
    return this;
  }

  /** Makes the merge policy of each pool. */
  public BatchProcessorBuilder mergePolicy(Supplier<? extends MergePolicy> policy) {
    this.mergePolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /** Makes the dispatch gate of each pool; the processor closes them. */
  public BatchProcessorBuilder gate(Supplier<? extends DispatchGate> gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return this;
  }

  /**
   * Makes the dispatch gate of one queue, which is asked before its pool's; the processor closes
   * it.
   */
  public BatchProcessorBuilder queueGate(String queue, Supplier<? extends DispatchGate> gate) {
    queueGates.put(Objects.requireNonNull(queue, "queue"), Objects.requireNonNull(gate, "gate"));
    return this;
  }

  /**
   * Adds a transform for the requests of every queue that has none of its own, nor its pool: what
   * the transforms added before made goes through it. Called for each queue; the processor closes
   * what it makes.
   */
  public BatchProcessorBuilder transform(Supplier<? extends RequestTransform> transform) {
    transforms.add(TransformSource.of(Objects.requireNonNull(transform, "transform")));
    return this;
  }

  /** Adds a transform for the requests of one queue, which go through its own only. */
  public BatchProcessorBuilder queueTransform(
      String queue, Supplier<? extends RequestTransform> transform) {
    queueTransforms
        .computeIfAbsent(Objects.requireNonNull(queue, "queue"), key -> new ArrayList<>())
        .add(TransformSource.of(Objects.requireNonNull(transform, "transform")));
    return this;
  }

  /** How long to wait between attempts. */
  public BatchProcessorBuilder backoff(BackoffStrategy backoff) {
    this.backoff = Objects.requireNonNull(backoff, "backoff");
    return this;
  }

  /** Makes the HTTP client; the processor closes it. */
  public BatchProcessorBuilder inferenceClient(InferenceClientProvider client) {
    this.inferenceClient = Objects.requireNonNull(client, "client");
    return this;
  }

  /** Adds a listener. */
  public BatchProcessorBuilder listener(BatchListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** Makes the processor's threads; they are named afterwards. Default: daemon threads. */
  public BatchProcessorBuilder threadFactory(ThreadFactory factory) {
    this.threadFactory = Objects.requireNonNull(factory, "factory");
    return this;
  }

  /** The wall clock, by which deadlines are kept; default the system's. */
  public BatchProcessorBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /** One setting of the processor or of a provider, by key. */
  public BatchProcessorBuilder setting(String key, String value) {
    return configure(Map.of(key, value));
  }

  /**
   * A configuration as a tree, the way JSON, YAML and Spring's binder have it: settings by key,
   * those of a provider also nested under their prefix, the arrays {@code queues} and {@code
   * pools}, and a {@code gate} and {@code transforms} as objects with a {@code type}.
   *
   * @throws InvalidSettingsException if arrays and objects can't be read; single settings are
   *     checked by {@link #build}
   */
  public BatchProcessorBuilder configure(Map<String, ?> tree) {
    ConfigTree config = ConfigTree.of(tree);
    values.putAll(config.values());
    if (config.gate() != null) {
      gateConfig = config.gate();
      values.remove(ProcessorSettings.GATE.key());
    } else if (config.values().containsKey(ProcessorSettings.GATE.key())) {
      gateConfig = null;
    }
    if (config.transforms() != null) {
      transformConfigs = config.transforms();
      values.remove(ProcessorSettings.TRANSFORMS.key());
    } else if (config.values().containsKey(ProcessorSettings.TRANSFORMS.key())) {
      transformConfigs = null;
    }
    config.queues().forEach(this::queue);
    config.pools().forEach(this::pool);
    return this;
  }

  /**
   * The processor, not started.
   *
   * @throws InvalidSettingsException with everything that is wrong or missing
   */
  public BatchProcessor build() {
    return new BatchProcessor(Blueprint.of(this), threadFactory, clock, ticker);
  }

  /**
   * The transport that is configured, without a processor: for tools that submit, look and cancel.
   * Whoever opens it closes it. Nothing else needs to be set.
   *
   * @throws InvalidSettingsException with what is wrong
   * @throws RuntimeException what the transport throws if it can't connect
   */
  public Transport openTransport() {
    return Blueprint.sourceOf(this).transport().get();
  }

  private <T> BatchProcessorBuilder setting(Setting<T> setting, String value) {
    values.put(setting.key(), Objects.requireNonNull(value, setting.key()));
    return this;
  }
}
