package io.batchprocessor;

import io.batchprocessor.spi.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the requests of one queue are treated. What is left out is the processor's.
 *
 * @param name the request queue's name in the transport
 * @param endpoint full URL that its requests are POSTed to; null: the processor's
 * @param path path on the endpoint's host, in place of the endpoint's own; null: the endpoint's
 * @param objective value of {@code x-gateway-inference-objective}; null: the processor's
 * @param weight its share for policies that look at it; at least 1
 * @param labels whatever helps to tell queues apart in metrics and gates
 * @param pool name of the worker pool that dispatches it
 * @param gate its own dispatch gate, asked before its pool's; null: none
 * @param transforms what is made of its requests before they are sent, in order, in place of its
 *     pool's; null: its pool's
 * @param order in which order its requests go
 */
public record QueueConfig(
    String name,
    @Nullable URI endpoint,
    @Nullable String path,
    @Nullable String objective,
    int weight,
    Map<String, String> labels,
    String pool,
    @Nullable GateConfig gate,
    @Nullable List<TransformConfig> transforms,
    QueueOrder order) {

  static final Setting<String> NAME = Setting.string("name", "the request queue's name");
  static final Setting<URI> ENDPOINT =
      Setting.uri("endpoint", "full URL that its requests are POSTed to")
          .where("http or https", ProcessorSettings::isHttp);
  static final Setting<String> PATH =
      Setting.string("path", "path on the endpoint's host")
          .where("beginning with one /, as a URL has it", QueueConfig::isPath);
  static final Setting<String> OBJECTIVE =
      Setting.string("inferenceObjective", "its x-gateway-inference-objective");
  static final Setting<Integer> WEIGHT =
      Setting.integer("weight", "its share").where("≥ 1", value -> value >= 1).withDefault("1");
  static final Setting<String> POOL =
      Setting.string("pool", "the worker pool that dispatches it").withDefault(PoolConfig.DEFAULT);

  static final Setting<String> GATE =
      Setting.string("gate", "its own dispatch gate: an id, or an object with a type");

  static final Setting<String> TRANSFORMS =
      Setting.string("transforms", "its own request transforms: ids, or objects with a type");

  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              Stream.of(NAME, ENDPOINT, PATH, OBJECTIVE, WEIGHT, POOL, GATE, TRANSFORMS),
              QueueOrder.SETTINGS.stream())
          .toList();

  /** Checks the ranges. */
  public QueueConfig {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(order, "order");
    labels = Map.copyOf(labels);
    transforms = transforms == null ? null : List.copyOf(transforms);
    if (endpoint != null && !ProcessorSettings.isHttp(endpoint)) {
      throw new IllegalArgumentException(
          "endpoint must be an http or https URL with a host, without user and fragment, is "
              + endpoint);
    }
    if (path != null && !isPath(path)) {
      throw new IllegalArgumentException(
          "path must be a path on the endpoint's host, beginning with one /, as a URL has it, is "
              + path);
    }
    if (weight < 1) {
      throw new IllegalArgumentException("weight must be at least 1, is " + weight);
    }
  }

  /** A queue with everything as the processor has it. */
  public static QueueConfig of(String name) {
    return new QueueConfig(
        name, null, null, null, 1, Map.of(), PoolConfig.DEFAULT, null, null, QueueOrder.BY_ARRIVAL);
  }

  /**
   * The settings of one element of a configuration's {@code queues} array, beside {@code labels}.
   */
  static List<Setting<?>> settings() {
    return SETTINGS;
  }

  /** The same with an endpoint of its own. */
  public QueueConfig withEndpoint(URI endpoint) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with a path of its own. */
  public QueueConfig withPath(String path) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with an objective of its own. */
  public QueueConfig withObjective(String objective) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with another share. */
  public QueueConfig withWeight(int weight) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with labels. */
  public QueueConfig withLabels(Map<String, String> labels) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same, dispatched by another pool. */
  public QueueConfig withPool(String pool) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with a gate of its own, asked before its pool's. */
  public QueueConfig withGate(GateConfig gate) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with transforms of its own, in place of its pool's; none if the list is empty. */
  public QueueConfig withTransforms(List<TransformConfig> transforms) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  /** The same with its requests in another order. */
  public QueueConfig withOrder(QueueOrder order) {
    return new QueueConfig(
        name, endpoint, path, objective, weight, labels, pool, gate, transforms, order);
  }

  private static boolean isPath(String path) {
    try {
      return path.startsWith("/") && !path.startsWith("//") && new URI(path).getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  Optional<URI> endpointOverride() {
    return Optional.ofNullable(endpoint);
  }
}
