package io.batchprocessor.examples.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.annotations.SerializedName;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds manifests against the schemas of Kubernetes: the classes that its Java client has generated
 * from the API's OpenAPI document, so that a field that is not known, that is missing or that has
 * another type is a fault, as it is for the API server.
 */
final class KubernetesModels {

  private static final String KUBERNETES = "io.kubernetes.client.openapi.models.V1";
  private static final String PROMETHEUS = "com.coreos.monitoring.models.V1";
  private static final String KEDA = KedaModels.class.getName() + "$";

  private static final Map<String, String> MODELS =
      Map.of(
          "v1", KUBERNETES,
          "apps/v1", KUBERNETES,
          "policy/v1", KUBERNETES,
          "networking.k8s.io/v1", KUBERNETES,
          "monitoring.coreos.com/v1", PROMETHEUS,
          "keda.sh/v1alpha1", KEDA);

  private KubernetesModels() {}

  /** What is wrong with a manifest; empty if it is right. */
  static List<String> faults(JsonNode manifest) {
    String kind = manifest.path("kind").asText();
    String models = MODELS.get(manifest.path("apiVersion").asText());
    if (models == null) {
      return List.of(kind + ": unknown apiVersion " + manifest.path("apiVersion"));
    }
    try {
      List<String> faults = new ArrayList<>();
      check(kind, manifest, Class.forName(models + kind), faults);
      return faults;
    } catch (ReflectiveOperationException e) {
      return List.of(kind + ": unknown kind: " + e);
    }
  }

  private static void check(String path, JsonNode value, Type type, List<String> faults)
      throws ReflectiveOperationException {
    if (value.isNull()) {
      faults.add(path + " is null");
    } else if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      boolean list = List.class.equals(generic.getRawType());
      if (list ? !value.isArray() : !value.isObject()) {
        faults.add(path + " must be " + (list ? "a list" : "an object") + ", is " + value);
        return;
      }
      int index = 0;
      for (JsonNode element : value) {
        check(path + "[" + index++ + "]", element, last, faults);
      }
    } else if (type instanceof Class<?> model && isObject(model)) {
      checkObject(path, value, model, faults);
    } else if (!isScalar(value, (Class<?>) type)) {
      faults.add(path + " must be " + ((Class<?>) type).getSimpleName() + ", is " + value);
    }
  }

  private static boolean isObject(Class<?> type) {
    String name = type.getName();
    return name.startsWith(KUBERNETES) || name.startsWith(PROMETHEUS) || name.startsWith(KEDA);
  }

  private static void checkObject(String path, JsonNode value, Class<?> model, List<String> faults)
      throws ReflectiveOperationException {
    if (!value.isObject()) {
      faults.add(path + " must be an object, is " + value);
      return;
    }
    Map<String, Type> known = new LinkedHashMap<>();
    for (Field field : model.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        SerializedName name = field.getAnnotation(SerializedName.class);
        known.put(name == null ? field.getName() : name.value(), field.getGenericType());
      }
    }
    for (String required : required(model)) {
      if (!value.has(required)) {
        faults.add(path + "." + required + " is missing");
      }
    }
    for (Map.Entry<String, JsonNode> property : value.properties()) {
      String name = path + "." + property.getKey();
      Type type = known.get(property.getKey());
      if (type == null) {
        faults.add(name + " is not known; known: " + known.keySet());
      } else {
        check(name, property.getValue(), type, faults);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Set<String> required(Class<?> model) throws ReflectiveOperationException {
    return Arrays.stream(model.getDeclaredFields())
            .anyMatch(field -> field.getName().equals("openapiRequiredFields"))
        ? (Set<String>) model.getDeclaredField("openapiRequiredFields").get(null)
        : Set.of();
  }

  private static boolean isScalar(JsonNode value, Class<?> type) {
    return switch (type.getSimpleName()) {
      case "String", "OffsetDateTime" -> value.isTextual();
      case "Boolean" -> value.isBoolean();
      case "Integer", "Long" -> value.isIntegralNumber();
      case "Double" -> value.isNumber();
      case "IntOrString" -> value.isIntegralNumber() || value.isTextual();
      case "Quantity" -> value.isNumber() || value.isTextual();
      case "Object" -> true;
      default -> throw new IllegalStateException("no rule for " + type);
    };
  }
}
