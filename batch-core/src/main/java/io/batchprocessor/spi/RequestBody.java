package io.batchprocessor.spi;

import io.batchprocessor.message.Bytes;
import java.util.Objects;

/**
 * The body of a POST to the gateway.
 *
 * @param content what to send
 * @param contentType value of the {@code Content-Type} header: visible ASCII, spaces and tabs
 */
public record RequestBody(Bytes content, String contentType) implements Transformed {

  /** What a payload is, unless its message says otherwise. */
  public static final String JSON = "application/json";

  /** Refuses nulls, and what no header can carry. */
  public RequestBody {
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(contentType, "contentType");
    if (contentType.isBlank() || !contentType.chars().allMatch(RequestBody::isPrintable)) {
      throw new IllegalArgumentException("contentType must be visible ASCII, spaces and tabs");
    }
  }

  /** The same type with other content. */
  public RequestBody withContent(Bytes content) {
    return new RequestBody(content, contentType);
  }

  private static boolean isPrintable(int c) {
    return c == '\t' || (c >= ' ' && c <= '~');
  }

  /** Type and size; the content is a user's. */
  @Override
  public String toString() {
    return "RequestBody[%s, bytes=%d]".formatted(contentType, content.length());
  }
}
