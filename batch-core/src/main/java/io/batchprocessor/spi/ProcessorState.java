package io.batchprocessor.spi;

/** Where a processor is in its life; it only moves forward. */
public enum ProcessorState {
  /** Built, not started. */
  NEW,
  /** Takes requests and dispatches them. */
  RUNNING,
  /** Takes nothing more; what is in flight may finish. */
  DRAINING,
  /** Done; every thread is gone. */
  CLOSED
}
