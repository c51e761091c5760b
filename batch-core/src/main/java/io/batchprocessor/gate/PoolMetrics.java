package io.batchprocessor.gate;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The load of an inference pool, from the metrics of llm-d's endpoint picker and of vLLM. Each
 * metric is known by the name of the Gateway API inference extension and by that of llm-d's router,
 * which came after it. Of several pickers of one pool the one that tells the most counts: those in
 * reserve may tell nothing.
 *
 * @param pool the inference pool's name
 * @param namespace its Kubernetes namespace; null: any
 * @param perPod how many requests a pod has room for
 * @param podLabel the label by which pods' own metrics name the pool, put there by relabelling;
 *     null: those that are there are all of this pool
 */
record PoolMetrics(
    String pool, @Nullable String namespace, double perPod, @Nullable String podLabel) {

  private static final List<String> SATURATION =
      List.of(
          "inference_extension_flow_control_pool_saturation",
          "llm_d_epp_flow_control_pool_saturation");
  private static final List<String> QUEUED =
      List.of("inference_extension_flow_control_queue_size", "llm_d_epp_flow_control_queue_size");
  private static final List<String> QUEUED_PER_POD =
      List.of("inference_pool_per_pod_queue_size", "llm_d_epp_per_endpoint_queue_size");
  private static final List<String> READY_PODS =
      List.of("inference_pool_ready_pods", "llm_d_epp_ready_endpoints");
  private static final List<String> RUNNING = List.of("vllm:num_requests_running");
  private static final List<String> WAITING = List.of("vllm:num_requests_waiting");

  private static final Set<String> NAMES =
      Set.copyOf(
          Stream.of(SATURATION, QUEUED, QUEUED_PER_POD, READY_PODS, RUNNING, WAITING)
              .flatMap(List::stream)
              .toList());

  static boolean isWanted(String name) {
    return NAMES.contains(name);
  }

  /** What the picker's flow control calls the pool's saturation. */
  Load saturation(Metrics metrics) throws IOException {
    OptionalDouble saturation = ask(metrics, Aggregation.MAX, SATURATION, labels("inference_pool"));
    if (saturation.isEmpty()) {
      throw new IOException(
          "there is no %s of pool '%s'; is the picker's flow control on?"
              .formatted(SATURATION.get(0), pool));
    }
    return Load.ofShare(saturation.getAsDouble());
  }

  /**
   * Requests held against what the ready pods have room for. The first that is there of: what the
   * picker's flow control holds back; what waits in the pods, which the picker always tells; what
   * runs and waits in vLLM. For the second no count of pods is needed, nor trusted: the picker's
   * stands still when the last pod is gone, while the queues of pods disappear with them.
   */
  Load held(Metrics metrics) throws IOException {
    Map<String, String> ofPicker = labels("inference_pool");
    Map<String, String> ofPool = labels("name");
    OptionalDouble pods = ask(metrics, Aggregation.MAX, READY_PODS, ofPool);
    OptionalDouble queued = ask(metrics, Aggregation.SUM, QUEUED, ofPicker);
    if (queued.isPresent() && pods.isPresent()) {
      return Load.of(queued.getAsDouble(), pods.getAsDouble() * perPod);
    }
    OptionalDouble perPodQueue = ask(metrics, Aggregation.SUM, QUEUED_PER_POD, ofPool);
    if (perPodQueue.isPresent()) {
      double counted = ask(metrics, Aggregation.COUNT, QUEUED_PER_POD, ofPool).orElse(0);
      return Load.of(perPodQueue.getAsDouble(), counted * perPod);
    }
    Map<String, String> ofPods = podLabel == null ? Map.of() : labels(podLabel);
    OptionalDouble running = ask(metrics, Aggregation.SUM, RUNNING, ofPods);
    if (running.isPresent()) {
      double waiting = ask(metrics, Aggregation.SUM, WAITING, ofPods).orElse(0);
      double counted =
          pods.isPresent()
              ? pods.getAsDouble()
              : ask(metrics, Aggregation.COUNT, RUNNING, ofPods).orElse(0);
      return Load.of(running.getAsDouble() + waiting, counted * perPod);
    }
    throw new IOException(
        "of pool '%s' there is neither %s nor %s nor %s"
            .formatted(pool, QUEUED.get(0), QUEUED_PER_POD.get(0), RUNNING.get(0)));
  }

  private Map<String, String> labels(String poolLabel) {
    Map<String, String> labels = new HashMap<>();
    labels.put(poolLabel, pool);
    if (namespace != null) {
      labels.put("namespace", namespace);
    }
    return labels;
  }

  private static OptionalDouble ask(
      Metrics metrics, Aggregation how, List<String> names, Map<String, String> labels)
      throws IOException {
    for (String name : names) {
      OptionalDouble value = metrics.ask(how, name, labels);
      if (value.isPresent()) {
        return value;
      }
    }
    return OptionalDouble.empty();
  }
}
