package io.batchprocessor.spi;

/** One request's right to be in flight. */
@FunctionalInterface
public interface Permit {

  /** A permit of which nobody keeps count. */
  Permit UNCOUNTED = outcome -> {};

  /** Gives it back. Called once, by any thread, and does not block. */
  void release(AttemptOutcome outcome);
}
