package io.batchprocessor;

import io.batchprocessor.policy.ExponentialBackoff;
import io.batchprocessor.spi.DispatchGate;
import io.batchprocessor.spi.InferenceClient;
import io.batchprocessor.spi.InferenceClientContext;
import io.batchprocessor.spi.InvalidSettingsException;
import io.batchprocessor.spi.MergePolicy;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.RequestTransform;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Puts an engine together from a blueprint, around a transport that is open. */
final class Assembly {

  private final Blueprint blueprint;
  private final Settings settings;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final UserCode userCode;
  private final Engine.Shared shared;
  private final EngineThreads threads;
  private final List<GuardedGate> gates = new ArrayList<>();
  private final List<GuardedTransform> transforms = new ArrayList<>();

  Assembly(
      Blueprint blueprint,
      Engine.Shared shared,
      UserCode userCode,
      EngineThreads threads,
      InstantSource clock,
      LongSupplier ticker) {
    this.blueprint = blueprint;
    this.settings = blueprint.settings();
    this.shared = shared;
    this.userCode = userCode;
    this.threads = threads;
    this.clock = clock;
    this.ticker = ticker;
  }

  InferenceClient client() {
    int maxInFlight =
        blueprint.pools().values().stream().mapToInt(pool -> pool.config().concurrency()).sum();
    InferenceClient client =
        blueprint
            .client()
            .create(
                new InferenceClientContext(
                    maxInFlight,
                    settings.get(ProcessorSettings.MAX_RESPONSE_BYTES),
                    settings.get(ProcessorSettings.CONNECT_TIMEOUT),
                    threads.named("http"),
                    blueprint.clientSettings()));
    return made(client, "HTTP client '" + blueprint.client().id() + "'");
  }

  Transport transport() {
    Source source = blueprint.transport();
    return made(source.transport().get(), "queue provider '" + source.name() + "'");
  }

  /**
   * What a supplier or a provider made.
   *
   * @throws NullPointerException that names it, if it is nothing
   */
  static <T> T made(T what, String name) {
    return Objects.requireNonNull(what, () -> name + " gave null");
  }

  /**
   * The engine, not started.
   *
   * @throws InvalidSettingsException if the configuration and the transport's queues don't match
   */
  Engine engine(Transport transport, InferenceClient client) {
    EngineConfig config =
        new EngineConfig(
            settings.get(ProcessorSettings.REQUEST_TIMEOUT),
            settings.find(ProcessorSettings.MAX_ATTEMPTS).orElse(Integer.MAX_VALUE),
            settings.get(ProcessorSettings.MAX_DELIVERIES),
            settings.get(ProcessorSettings.MAX_MESSAGE_BYTES),
            clock,
            ticker,
            () -> ThreadLocalRandom.current().nextDouble());
    RetryPlanner planner =
        new RetryPlanner(
            new GuardedBackoff(blueprint.backoff(), ExponentialBackoff.builder().build(), userCode),
            config.maxAttempts(),
            clock,
            ticker,
            config.random());
    try {
      return new Engine(config, threads, shared, transport, client, planner, pools(transport));
    } catch (RuntimeException | Error e) {
      gates.forEach(GuardedGate::close);
      transforms.forEach(GuardedTransform::close);
      throw e;
    }
  }

  private List<WorkerPool> pools(Transport transport) {
    Map<String, List<QueueConfig>> byPool = new LinkedHashMap<>();
    List<String> names = transport.requestQueues().stream().map(RequestQueue::name).toList();
    Stream.of(blueprint.queues(), blueprint.queueGates(), blueprint.transforms().ofQueues())
        .flatMap(configured -> configured.keySet().stream())
        .filter(queue -> !names.contains(queue))
        .findFirst()
        .ifPresent(
            queue -> {
              throw new InvalidSettingsException(
                  "queue '%s' is configured, but the transport has only: %s"
                      .formatted(queue, String.join(", ", names)));
            });
    for (String name : names) {
      QueueConfig queue = blueprint.queues().getOrDefault(name, QueueConfig.of(name));
      byPool.computeIfAbsent(queue.pool(), pool -> new ArrayList<>()).add(queue);
    }
    Authorization authorization = Authorization.of(settings, ticker);
    List<WorkerPool> pools = new ArrayList<>();
    byPool.forEach((name, queues) -> pools.add(pool(pool(name), queues, authorization)));
    return pools;
  }

  private WorkerPool pool(
      Blueprint.Pool pool, List<QueueConfig> queues, Authorization authorization) {
    String name = pool.config().name();
    GuardedGate gate =
        open(pool.gate(), "the gate's supplier of pool '" + name + "'", Map.of(), pool.config());
    List<QueueBuffer> buffers = new ArrayList<>();
    for (QueueConfig queue : queues) {
      GateSource own = blueprint.queueGates().get(queue.name());
      QueueGates gates =
          QueueGates.of(
              own == null
                  ? null
                  : open(
                      own,
                      "the gate's supplier of queue '" + queue.name() + "'",
                      queue.labels(),
                      pool.config()),
              gate);
      buffers.add(buffer(queue, pool.config(), gates, authorization));
    }
    MergePolicy policy =
        made(pool.mergePolicy().get(), "the merge policy's supplier of pool '" + name + "'");
    return new WorkerPool(pool.config(), buffers, new GuardedMergePolicy(policy, userCode), gate);
  }

  private GuardedGate open(
      GateSource source, String name, Map<String, String> labels, PoolConfig pool) {
    DispatchGate made =
        made(
            source.create(
                new GateSource.Surroundings(
                    labels, pool.concurrency(), threads.named("gate"), ticker)),
            name);
    GuardedGate gate = new GuardedGate(made, userCode);
    gates.add(gate);
    return gate;
  }

  private QueueBuffer buffer(
      QueueConfig queue, PoolConfig pool, QueueGates gate, Authorization authorization) {
    int capacity = settings.find(ProcessorSettings.BUFFER).orElse(pool.concurrency());
    String objective =
        Optional.ofNullable(queue.objective())
            .or(() -> settings.find(ProcessorSettings.INFERENCE_OBJECTIVE))
            .orElse(null);
    QueueOrder order = queue.order();
    GatewayTarget target =
        new GatewayTarget(
            endpoint(queue),
            objective,
            authorization,
            order.fairnessHeader() ? order.fairnessAttribute() : null);
    return new QueueBuffer(queue, target, transforms(queue), gate, capacity, ticker);
  }

  private TransformChain transforms(QueueConfig queue) {
    List<GuardedTransform> own = new ArrayList<>();
    for (TransformSource source : blueprint.transforms().of(queue)) {
      RequestTransform made =
          made(source.create(clock), "a transform's supplier of queue '" + queue.name() + "'");
      GuardedTransform guarded = new GuardedTransform(made, userCode);
      transforms.add(guarded);
      own.add(guarded);
    }
    return new TransformChain(own);
  }

  private Blueprint.Pool pool(String name) {
    Blueprint.Pool pool = blueprint.pools().get(name);
    if (pool == null) {
      throw new IllegalStateException("no pool " + name);
    }
    return pool;
  }

  private URI endpoint(QueueConfig queue) {
    URI base =
        queue
            .endpointOverride()
            .or(() -> settings.find(ProcessorSettings.ENDPOINT))
            .orElseThrow(
                () ->
                    new InvalidSettingsException(
                        "queue '%s' has no endpoint, and there is none for all queues"
                            .formatted(queue.name())));
    return queue.path() == null ? base : base.resolve(queue.path());
  }
}
