package io.batchprocessor.examples.deploy;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The resources of KEDA that the chart uses, {@code keda.sh/v1alpha1}, field by field as its custom
 * resource definitions have them (version 2.x): no artifact carries these as Java classes. What the
 * chart can't produce is left out, and so is a fault if it does.
 */
final class KedaModels {

  private KedaModels() {}

  static final class ScaledObject {
    static final Set<String> openapiRequiredFields = Set.of("spec");
    String apiVersion;
    String kind;
    Metadata metadata;
    ScaledObjectSpec spec;
  }

  static final class Metadata {
    static final Set<String> openapiRequiredFields = Set.of("name");
    String name;
    Map<String, String> labels;
  }

  static final class ScaledObjectSpec {
    static final Set<String> openapiRequiredFields = Set.of("scaleTargetRef", "triggers");
    ScaleTarget scaleTargetRef;
    Integer pollingInterval;
    Integer cooldownPeriod;
    Integer minReplicaCount;
    Integer maxReplicaCount;
    Advanced advanced;
    List<Trigger> triggers;
  }

  static final class ScaleTarget {
    static final Set<String> openapiRequiredFields = Set.of("name");
    String name;
  }

  static final class Advanced {
    HorizontalPodAutoscalerConfig horizontalPodAutoscalerConfig;
  }

  static final class HorizontalPodAutoscalerConfig {
    Behavior behavior;
  }

  static final class Behavior {
    ScalingRules scaleDown;
  }

  static final class ScalingRules {
    Integer stabilizationWindowSeconds;
  }

  static final class Trigger {
    static final Set<String> openapiRequiredFields = Set.of("type", "metadata");
    String type;
    String name;
    String metricType;
    Boolean useCachedMetrics;
    Map<String, String> metadata;
    AuthenticationRef authenticationRef;
  }

  static final class AuthenticationRef {
    static final Set<String> openapiRequiredFields = Set.of("name");
    String name;
    String kind;
  }

  static final class TriggerAuthentication {
    static final Set<String> openapiRequiredFields = Set.of("spec");
    String apiVersion;
    String kind;
    Metadata metadata;
    TriggerAuthenticationSpec spec;
  }

  static final class TriggerAuthenticationSpec {
    List<SecretTarget> secretTargetRef;
  }

  static final class SecretTarget {
    static final Set<String> openapiRequiredFields = Set.of("parameter", "name", "key");
    String parameter;
    String name;
    String key;
  }
}
