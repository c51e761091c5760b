package io.batchprocessor.spi;

import java.util.Objects;

/** What a {@link RequestTransform} makes of a request: a body, or nothing to be sent at all. */
public sealed interface Transformed permits RequestBody, Transformed.Rejected {

  /**
   * Never: the request ends.
   *
   * @param reason reaches the producer as the result's error; names the field at fault, not its
   *     contents
   */
  record Rejected(String reason) implements Transformed {
    /** Refuses null, and what says nothing. */
    public Rejected {
      Objects.requireNonNull(reason, "reason");
      if (reason.isBlank()) {
        throw new IllegalArgumentException("reason must not be blank");
      }
    }
  }
}
