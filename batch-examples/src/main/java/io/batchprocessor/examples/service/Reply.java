package io.batchprocessor.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.batchprocessor.message.Bytes;
import java.io.IOException;

/**
 * What is sent back.
 *
 * @param status of HTTP
 * @param type its media type
 * @param body what follows the headers
 */
record Reply(int status, String type, Bytes body) {

  private static final String JSON = "application/json; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Nothing from elsewhere, nothing inline, not in a frame. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  static Reply json(JsonNode tree) {
    return json(200, tree.toString());
  }

  static Reply json(int status, String text) {
    return new Reply(status, JSON, Bytes.utf8(text));
  }

  static Reply text(int status, String text) {
    return new Reply(status, TEXT, Bytes.utf8(text + "\n"));
  }

  /** What went wrong, for programs and people. */
  static Reply error(int status, String what) {
    return json(status, JsonNodeFactory.instance.objectNode().put("error", what).toString());
  }

  /** Sends it and ends the exchange. */
  void send(HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      secure(headers);
      headers.set("Content-Type", type);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (head) {
        headers.set("Content-Length", Integer.toString(body.length()));
      }
      exchange.sendResponseHeaders(status, head || body.length() == 0 ? -1 : body.length());
      if (!head && body.length() > 0) {
        exchange.getResponseBody().write(body.toByteArray());
      }
    }
  }

  /** What every answer carries. */
  static void secure(Headers headers) {
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }
}
