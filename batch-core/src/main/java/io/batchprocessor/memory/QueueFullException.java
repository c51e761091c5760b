package io.batchprocessor.memory;

/** A bounded queue in memory has no room; the message names the queue and says what to do. */
public final class QueueFullException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  QueueFullException(String message) {
    super(message);
  }
}
