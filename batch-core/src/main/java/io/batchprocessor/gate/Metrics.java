package io.batchprocessor.gate;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalDouble;

/** Metrics that can be asked for by name and labels, wherever they are. */
interface Metrics {

  /**
   * One number of all series that have the name and at least these labels; empty if there is none.
   *
   * @throws IOException if that can't be found out
   */
  OptionalDouble ask(Aggregation how, String metric, Map<String, String> labels) throws IOException;
}
