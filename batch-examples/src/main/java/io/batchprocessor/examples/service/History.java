package io.batchprocessor.examples.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last quarter of an hour, a sample a second: what the charts begin with. */
final class History {

  /** The columns of a sample, in their order. */
  static final List<String> COLUMNS =
      List.of("time", "succeeded", "failed", "shed", "inFlight", "limit", "budget", "signal");

  private static final int MAX_SAMPLES = 900;

  private final Deque<double[]> samples = new ArrayDeque<>();

  /** Adds a sample, its columns in the order of {@link #COLUMNS}; unknown is not a number. */
  synchronized void add(double... sample) {
    samples.addLast(sample);
    if (samples.size() > MAX_SAMPLES) {
      samples.removeFirst();
    }
  }

  synchronized ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode columns = json.putArray("columns");
    COLUMNS.forEach(columns::add);
    ArrayNode rows = json.putArray("samples");
    samples.forEach(sample -> rows.add(row(sample)));
    return json;
  }

  /** One sample, an array of numbers. */
  static ArrayNode row(double... sample) {
    ArrayNode row = JsonNodeFactory.instance.arrayNode();
    for (double value : sample) {
      if (Double.isNaN(value)) {
        row.addNull();
      } else {
        // Three digits are more than a chart shows; whole numbers stay whole.
        double rounded = Math.round(value * 1000) / 1000.0;
        if (rounded == Math.rint(rounded)) {
          row.add((long) rounded);
        } else {
          row.add(rounded);
        }
      }
    }
    return row;
  }
}
