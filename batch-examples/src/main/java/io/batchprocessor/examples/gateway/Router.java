package io.batchprocessor.examples.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.message.BasicHttpResponse;

/** Knows which path answers what, and how an answer looks on the wire. Thread-safe. */
final class Router {

  /** The largest body that is read: 32 MiB. */
  static final int MAX_BODY_BYTES = 32 << 20;

  /** The version that Prometheus asks for by its content type. */
  private static final ContentType PROMETHEUS_TEXT =
      ContentType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final GatewaySettings settings;
  private final EngineLoop engine;
  private final InferenceCalls calls;

  Router(GatewaySettings settings, EngineLoop engine, InferenceCalls calls) {
    this.settings = settings;
    this.engine = engine;
    this.calls = calls;
  }

  void route(HttpRequest request, byte[] body, Exchange exchange) {
    String path = pathOf(request);
    if (settings.paths().contains(path)) {
      if (allowed("POST", request, exchange)) {
        calls.take(request, body, exchange);
      }
      return;
    }
    switch (path) {
      case "/metrics" -> {
        if (allowed("GET", request, exchange)) {
          engine.readMetrics(
              text -> respond(exchange, HttpStatus.SC_OK, PROMETHEUS_TEXT, bytes(text)));
        }
      }
      case "/health" -> {
        if (allowed("GET", request, exchange)) {
          respond(exchange, HttpStatus.SC_OK, ContentType.APPLICATION_JSON, bytes("{}"));
        }
      }
      case "/v1/models" -> {
        if (allowed("GET", request, exchange)) {
          byte[] models = AnswerText.models(settings.model(), settings.engine().modelTokens());
          respond(exchange, HttpStatus.SC_OK, ContentType.APPLICATION_JSON, models);
        }
      }
      default ->
          refuse(
              exchange,
              HttpStatus.SC_NOT_FOUND,
              "NotFoundError",
              "no such path; inference is at " + List.copyOf(settings.paths()),
              Map.of());
    }
  }

  void refuseTooLarge(Exchange exchange) {
    refuse(
        exchange,
        HttpStatus.SC_REQUEST_TOO_LONG,
        "BadRequestError",
        "the body is larger than " + MAX_BODY_BYTES + " bytes",
        Map.of());
  }

  /** Answers with an error in the form of the OpenAI API. */
  static void refuse(
      Exchange exchange, int status, String type, String message, Map<String, String> headers) {
    HttpResponse response = new BasicHttpResponse(status);
    headers.forEach(response::setHeader);
    PacedBody body =
        new PacedBody(AnswerText.error(status, type, message), ContentType.APPLICATION_JSON);
    body.releaseUpTo(body.length());
    exchange.respond(response, body);
  }

  private static void respond(Exchange exchange, int status, ContentType type, byte[] bytes) {
    PacedBody body = new PacedBody(bytes, type);
    body.releaseUpTo(body.length());
    exchange.respond(new BasicHttpResponse(status), body);
  }

  private static boolean allowed(String method, HttpRequest request, Exchange exchange) {
    if (method.equals(request.getMethod())) {
      return true;
    }
    refuse(
        exchange,
        HttpStatus.SC_METHOD_NOT_ALLOWED,
        "BadRequestError",
        "only " + method + " is allowed here",
        Map.of(HttpHeaders.ALLOW, method));
    return false;
  }

  private static String pathOf(HttpRequest request) {
    String path = request.getPath();
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  /** The first value of a header, or a fallback. */
  static String header(HttpRequest request, String name, String fallback) {
    Header header = request.getFirstHeader(name);
    return header == null || header.getValue() == null ? fallback : header.getValue();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
