package io.batchprocessor.redis;

/** Redis refused or could not be asked; the engine tries again later. */
final class RedisException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RedisException(String message, Throwable cause) {
    super(message, cause);
  }
}
