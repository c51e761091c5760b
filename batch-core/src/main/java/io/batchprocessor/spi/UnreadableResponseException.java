package io.batchprocessor.spi;

import java.io.IOException;

/**
 * The gateway answered, and the answer can't be unpacked: it says how it is compressed ({@code
 * Content-Encoding}), and is not, or in a way that the client does not know. Sent again it would
 * come the same way, so where the gateway calls it a success it is final.
 */
public final class UnreadableResponseException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int statusCode;

  /**
   * An answer that was given up.
   *
   * @param statusCode its HTTP status
   * @param message what is wrong with it
   * @param cause what went wrong in unpacking it
   */
  public UnreadableResponseException(int statusCode, String message, IOException cause) {
    super(message, cause);
    this.statusCode = statusCode;
  }

  /** The HTTP status of the answer. */
  public int statusCode() {
    return statusCode;
  }
}
