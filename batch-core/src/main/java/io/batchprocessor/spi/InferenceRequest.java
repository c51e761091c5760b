package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * One POST to the gateway.
 *
 * @param uri where to
 * @param headers what to send beside {@code Content-Length} and {@code Host}; names and values are
 *     checked already
 * @param body what to send
 * @param timeout how long the whole exchange may take; the engine cancels it then
 */
public record InferenceRequest(URI uri, Map<String, String> headers, Bytes body, Duration timeout) {

  /** Refuses nulls. */
  public InferenceRequest {
    Objects.requireNonNull(uri, "uri");
    Objects.requireNonNull(headers, "headers");
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(timeout, "timeout");
  }

  /** Host, path and size; headers may hold secrets and the body is a user's. */
  @Override
  public String toString() {
    return "InferenceRequest[%s, bytes=%d]".formatted(uri, body.length());
  }
}
