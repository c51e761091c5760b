package io.batchprocessor.examples.harvest;

/** Hears how a run goes on, for a picture. */
interface Timeline {

  /** Draws nothing. */
  Timeline NONE = new Timeline() {};

  /** How many requests of each kind wait or run, from this moment on. */
  default void state(long sinceStartNanos, int live, int batch) {}

  /** A live request that came at this moment had its first token after so long. */
  default void firstToken(long arrivedNanos, long waitedNanos) {}
}
