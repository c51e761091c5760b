package io.batchprocessor.gate;

import java.io.IOException;

/** Measures something that takes time to ask for, such as what a metrics page shows. */
interface Probe<T> extends AutoCloseable {

  /**
   * Measures. Called by one thread at a time.
   *
   * @throws IOException if it can't be known now, saying what is missing and where
   */
  T measure() throws IOException;

  /** What is asked, for logs. */
  String source();

  /** Ends a {@link #measure} that is under way; called by another thread. */
  @Override
  void close();
}
