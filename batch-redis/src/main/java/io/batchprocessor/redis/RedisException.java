package io.batchprocessor.redis;

import org.jspecify.annotations.Nullable;

/** Redis refused or could not be asked; the engine tries again later. */
final class RedisException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RedisException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
