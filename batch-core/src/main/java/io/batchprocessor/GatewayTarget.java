package io.batchprocessor;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.InferenceRequest;
import io.batchprocessor.spi.RequestBody;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where the requests of a queue go, and with which headers. */
final class GatewayTarget {

  private static final String OBJECTIVE = "x-gateway-inference-objective";
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String CONTENT_TYPE = "content-type";
  private static final String ACCEPT_ENCODING = "accept-encoding";

  /** What the clients unpack. */
  private static final Set<String> CODINGS = Set.of("gzip", "x-gzip", "deflate", "identity");

  /** RFC 9110, 8.4; RFC 9530; and the two that it makes obsolete. */
  private static final List<String> OF_CONTENT =
      List.of("content-encoding", "content-digest", "repr-digest", "digest", "content-md5");

  /** As llm-d's router has it: whose the request is, for its flow control. */
  private static final String FAIRNESS_ID = "x-llm-d-inference-fairness-id";

  /** Servers bound the size of all headers together, many at 8 KiB. */
  private static final int LONGEST_FAIRNESS_ID = 512;

  private final URI endpoint;
  private final String origin;
  private final @Nullable String objective;
  private final Authorization authorization;
  private final @Nullable String fairnessAttribute;

  GatewayTarget(URI endpoint, @Nullable String objective, Authorization authorization) {
    this(endpoint, objective, authorization, null);
  }

  /**
   * A target.
   *
   * @param objective goes with each request; null: none
   * @param fairnessAttribute key of the metadata that goes with each request that has it; null:
   *     none
   */
  GatewayTarget(
      URI endpoint,
      @Nullable String objective,
      Authorization authorization,
      @Nullable String fairnessAttribute) {
    this.endpoint = endpoint;
    this.origin = endpoint.getScheme() + "://" + endpoint.getRawAuthority();
    this.objective = objective;
    this.authorization = authorization;
    this.fairnessAttribute = fairnessAttribute;
  }

  /**
   * What is sent, and where to.
   *
   * @param original what the message has to send, as its producer wrote it
   * @param body that, or what transforms made of it
   */
  record Outgoing(URI uri, RequestBody original, RequestBody body) {

    Outgoing with(RequestBody other) {
      return new Outgoing(uri, original, other);
    }
  }

  /** What a message asks to be sent. */
  Outgoing outgoing(RequestMessage message) {
    RequestBody original = body(message);
    return new Outgoing(uri(message), original, original);
  }

  private URI uri(RequestMessage message) {
    return message.endpoint().map(path -> URI.create(origin + path)).orElse(endpoint);
  }

  private static RequestBody body(RequestMessage message) {
    String type =
        message.headers().entrySet().stream()
            .filter(header -> header.getKey().equalsIgnoreCase(CONTENT_TYPE))
            .map(Map.Entry::getValue)
            .filter(value -> !value.isBlank())
            .findFirst()
            .orElse(RequestBody.JSON);
    return new RequestBody(message.payload(), type);
  }

  /** The POST for a request. What is configured wins over what the message asks for. */
  InferenceRequest request(RequestMessage message, Outgoing outgoing, Duration timeout) {
    Map<String, String> headers = new HashMap<>();
    message.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    copy(message, "traceparent", headers);
    copy(message, "tracestate", headers);
    askOnlyForWhatIsUnpacked(headers);
    headers.remove(IDEMPOTENCY_KEY.toLowerCase(Locale.ROOT));
    headers.put(IDEMPOTENCY_KEY, headerValue(message.id()));
    if (objective != null) {
      headers.put(OBJECTIVE, objective);
    }
    stampFairnessId(message, headers);
    Optional<String> secret = authorization.value();
    if (secret.isPresent()) {
      headers.put("authorization", secret.get());
    }
    describe(outgoing.body(), outgoing.original(), headers);
    return new InferenceRequest(outgoing.uri(), headers, outgoing.body().content(), timeout);
  }

  /** What a message says of its payload does not hold for what was made of it. */
  private static void describe(
      RequestBody body, RequestBody original, Map<String, String> headers) {
    if (!body.content().equals(original.content())) {
      OF_CONTENT.forEach(headers::remove);
    }
    if (!body.contentType().equals(original.contentType())) {
      headers.put(CONTENT_TYPE, body.contentType());
    }
  }

  /** An answer in any other coding would be no result (RFC 9110, 12.5.3). */
  private static void askOnlyForWhatIsUnpacked(Map<String, String> headers) {
    String asked = headers.remove(ACCEPT_ENCODING);
    if (asked != null) {
      String kept =
          Arrays.stream(asked.split(",", -1))
              .map(String::strip)
              .filter(each -> CODINGS.contains(coding(each)))
              .collect(Collectors.joining(", "));
      if (!kept.isEmpty()) {
        headers.put(ACCEPT_ENCODING, kept);
      }
    }
  }

  /** Without its weight. */
  private static String coding(String preference) {
    int semicolon = preference.indexOf(';');
    return (semicolon < 0 ? preference : preference.substring(0, semicolon))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private void stampFairnessId(RequestMessage message, Map<String, String> headers) {
    String tenant = fairnessAttribute == null ? null : message.metadata().get(fairnessAttribute);
    if (tenant != null && !tenant.isEmpty()) {
      String value = headerValue(tenant);
      if (value.length() <= LONGEST_FAIRNESS_ID) {
        headers.put(FAIRNESS_ID, value);
      }
    }
  }

  private static void copy(RequestMessage message, String name, Map<String, String> headers) {
    String value = message.metadata().get(name);
    if (value != null && !value.isBlank() && isPrintable(value.replace(' ', '_'))) {
      headers.putIfAbsent(name, value.strip());
    }
  }

  /** As it is if it is visible ASCII, percent-encoded (RFC 3986, 2.1) if not. */
  private static String headerValue(String id) {
    if (isPrintable(id) && id.indexOf('%') < 0) {
      return id;
    }
    StringBuilder encoded = new StringBuilder();
    for (byte octet : id.getBytes(StandardCharsets.UTF_8)) {
      if (octet > ' ' && octet < 0x7f && octet != '%') {
        encoded.append((char) octet);
      } else {
        encoded.append('%').append(String.format(Locale.ROOT, "%02X", octet & 0xff));
      }
    }
    return encoded.toString();
  }

  private static boolean isPrintable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
