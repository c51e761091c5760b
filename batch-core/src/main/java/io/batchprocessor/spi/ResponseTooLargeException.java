package io.batchprocessor.spi;

import java.io.IOException;

/** The gateway's answer is larger than {@code max-response-bytes}: final, not retried. */
public final class ResponseTooLargeException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int statusCode;

  /**
   * An answer that was given up.
   *
   * @param statusCode its HTTP status
   * @param maxResponseBytes the limit that it broke
   */
  public ResponseTooLargeException(int statusCode, int maxResponseBytes) {
    super("the answer is larger than max-response-bytes=" + maxResponseBytes);
    this.statusCode = statusCode;
  }

  /** The HTTP status of the answer. */
  public int statusCode() {
    return statusCode;
  }
}
