package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The gateway's answer.
 *
 * @param statusCode the HTTP status
 * @param headers by lower-case name; where a name came twice, the first value
 * @param body the whole body, unpacked if it was compressed
 */
public record InferenceResponse(int statusCode, Map<String, String> headers, Bytes body) {

  /** Refuses nulls. */
  public InferenceResponse {
    Objects.requireNonNull(headers, "headers");
    Objects.requireNonNull(body, "body");
  }

  /**
   * A header.
   *
   * @param name in lower case
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Status and size; the body is a user's. */
  @Override
  public String toString() {
    return "InferenceResponse[%d, bytes=%d]".formatted(statusCode, body.length());
  }
}
