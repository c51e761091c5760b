package io.batchprocessor;

import io.batchprocessor.spi.InferenceRequest;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Headers of listeners, put to those of a request. */
final class AddedHeaders {

  /** Of an attempt, not of the message: what a listener says wins over what came with it. */
  private static final Set<String> OF_ATTEMPTS = Set.of("traceparent", "tracestate", "baggage");

  private AddedHeaders() {}

  /**
   * The request with more headers.
   *
   * @throws IllegalArgumentException if a name or a value can't be sent
   */
  static InferenceRequest to(InferenceRequest request, Map<String, String> more) {
    if (more.isEmpty()) {
      return request;
    }
    Map<String, String> headers = new HashMap<>(request.headers());
    Set<String> taken =
        headers.keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .filter(name -> !OF_ATTEMPTS.contains(name))
            .collect(Collectors.toSet());
    more.forEach(
        (anyCase, value) -> {
          String name = anyCase.toLowerCase(Locale.ROOT);
          if (name.isEmpty() || !name.chars().allMatch(AddedHeaders::isTokenCharacter)) {
            throw new IllegalArgumentException("header name '" + anyCase + "' is no token");
          }
          if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("header " + name + " can't carry its value");
          }
          if (!taken.contains(name)) {
            headers.put(name, value);
          }
        });
    return new InferenceRequest(request.uri(), headers, request.body(), request.timeout());
  }

  /** RFC 9110, 5.6.2. */
  private static boolean isTokenCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }
}
