package io.batchprocessor.gcp.pubsub;

import org.jspecify.annotations.Nullable;

/** Pub/Sub refused or could not be asked; the engine tries again later. */
final class PubSubException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PubSubException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
