package io.batchprocessor.tracing;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.batchprocessor.message.JsonField;
import io.batchprocessor.message.TokenUsage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RequestView;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** Names and attributes of spans, by OpenTelemetry's semantic conventions, and two of our own. */
final class SpanAttributes {

  static final AttributeKey<String> MESSAGING_SYSTEM = stringKey("messaging.system");
  private static final AttributeKey<String> MESSAGING_OPERATION =
      stringKey("messaging.operation.name");
  private static final AttributeKey<String> MESSAGING_OPERATION_TYPE =
      stringKey("messaging.operation.type");
  private static final AttributeKey<String> MESSAGING_DESTINATION =
      stringKey("messaging.destination.name");
  private static final AttributeKey<String> MESSAGING_ID = stringKey("messaging.message.id");
  private static final AttributeKey<String> HTTP_METHOD = stringKey("http.request.method");
  private static final AttributeKey<Long> HTTP_RESEND_COUNT = longKey("http.request.resend_count");
  private static final AttributeKey<Long> HTTP_REQUEST_SIZE = longKey("http.request.body.size");
  private static final AttributeKey<Long> HTTP_STATUS = longKey("http.response.status_code");
  private static final AttributeKey<Long> HTTP_RESPONSE_SIZE = longKey("http.response.body.size");
  private static final AttributeKey<String> URL_FULL = stringKey("url.full");
  private static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
  private static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
  private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  private static final AttributeKey<String> GEN_AI_OPERATION = stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> GEN_AI_PROVIDER = stringKey("gen_ai.provider.name");
  private static final AttributeKey<String> GEN_AI_MODEL = stringKey("gen_ai.request.model");
  private static final AttributeKey<Long> GEN_AI_INPUT = longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> GEN_AI_OUTPUT = longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<Long> ATTEMPT = longKey("batch.attempt");
  private static final AttributeKey<String> OUTCOME = stringKey("batch.outcome");

  /** The paths of OpenAI's interface, whose dialect gateways speak whatever is behind them. */
  private static final String PROVIDER = "openai";

  private static final String OTHER = "";

  private static final int LONGEST_MODEL = 128;

  private SpanAttributes() {}

  /** {@code gen_ai.operation.name} by the path; empty if it is none that is known. */
  static String operation(URI uri) {
    String path = String.valueOf(uri.getPath());
    if (path.endsWith("/chat/completions")) {
      return "chat";
    }
    if (path.endsWith("/completions")) {
      return "text_completion";
    }
    return path.endsWith("/embeddings") ? "embeddings" : OTHER;
  }

  /** {@code {gen_ai.operation.name} {gen_ai.request.model}}, or that of an HTTP client. */
  static String spanName(String operation, Optional<String> model) {
    return operation.equals(OTHER)
        ? "POST"
        : model.map(name -> operation + " " + name).orElse(operation);
  }

  /** The beginning of what the payload names: a producer may write anything there. */
  static Optional<String> model(RequestView request, String operation) {
    return operation.equals(OTHER)
        ? Optional.empty()
        : JsonField.text(request.message().payload(), "model")
            .map(name -> name.length() > LONGEST_MODEL ? name.substring(0, LONGEST_MODEL) : name);
  }

  static Attributes ofRequest(
      RequestView request, URI uri, String operation, Optional<String> model) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put(MESSAGING_OPERATION, "process")
            .put(MESSAGING_OPERATION_TYPE, "process")
            .put(MESSAGING_DESTINATION, request.queue())
            .put(MESSAGING_ID, request.message().id())
            .put(HTTP_METHOD, "POST")
            .put(HTTP_REQUEST_SIZE, (long) request.message().payload().length())
            .put(URL_FULL, withoutQuery(uri))
            .put(SERVER_ADDRESS, uri.getHost())
            .put(SERVER_PORT, (long) port(uri))
            .put(ATTEMPT, (long) request.attempt());
    if (request.attempt() > 1) {
      attributes.put(HTTP_RESEND_COUNT, request.attempt() - 1L);
    }
    if (!operation.equals(OTHER)) {
      attributes.put(GEN_AI_OPERATION, operation).put(GEN_AI_PROVIDER, PROVIDER);
      model.ifPresent(name -> attributes.put(GEN_AI_MODEL, name));
    }
    return attributes.build();
  }

  /** A query may hold a key. */
  private static String withoutQuery(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  /** How the attempt ended. One that we gave up ourselves is no error. */
  static void setOutcome(Span span, AttemptOutcome outcome) {
    span.setAttribute(OUTCOME, outcome.kind().name().toLowerCase(Locale.ROOT));
    InferenceResponse response = outcome.response();
    if (response != null) {
      span.setAttribute(HTTP_STATUS, (long) response.statusCode());
      span.setAttribute(HTTP_RESPONSE_SIZE, (long) response.body().length());
    }
    switch (outcome.kind()) {
      case SUCCEEDED -> {
        if (response != null && span.isRecording()) {
          TokenUsage.of(response.body()).ifPresent(usage -> setUsage(span, usage));
        }
      }
      case ABORTED -> {}
      default -> {
        span.setAttribute(ERROR_TYPE, errorType(outcome));
        span.setStatus(StatusCode.ERROR, outcome.reason());
      }
    }
  }

  private static void setUsage(Span span, TokenUsage usage) {
    span.setAttribute(GEN_AI_INPUT, usage.input());
    span.setAttribute(GEN_AI_OUTPUT, usage.output());
  }

  /** The status; without one {@code timeout}, or the class of what was thrown. */
  private static String errorType(AttemptOutcome outcome) {
    if (outcome.response() != null) {
      return Integer.toString(outcome.statusCode());
    }
    Throwable cause = outcome.cause();
    return outcome.timedOut() ? "timeout" : cause == null ? "_OTHER" : cause.getClass().getName();
  }
}
