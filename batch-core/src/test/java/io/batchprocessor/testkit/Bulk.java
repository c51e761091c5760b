package io.batchprocessor.testkit;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Result;
import java.util.List;

/** As much at once as the engine may pass: many deliveries, or few that are large. */
final class Bulk {

  /** More than the engine's settler stores at once, which is 512. */
  static final int MANY = 600;

  /** With {@link #BYTES} each, more than some brokers take in one call. */
  static final int LARGE = 60;

  private static final int BYTES = 64 << 10;

  private Bulk() {}

  /** Submits messages to the first queue and takes them all. */
  static List<Delivery> taken(Trial trial, List<Bytes> bodies) throws InterruptedException {
    trial.submit(trial.queue().name(), bodies);
    return trial.take(trial.queue(), bodies.size());
  }

  /** The ids of many messages. */
  static List<String> manyIds() {
    return Requests.ids(MANY);
  }

  /** The ids of few messages. */
  static List<String> largeIds() {
    return Requests.ids(LARGE).stream().map(id -> "large-" + id).toList();
  }

  /** Messages that are large. */
  static List<Bytes> largeBodies() {
    return largeIds().stream().map(id -> Requests.largeBody(id, BYTES)).toList();
  }

  /** Answers that are large, each below the adapter's limit. */
  static List<Result> largeAnswers(Trial trial, List<Delivery> deliveries) {
    int limit = trial.adapter().resultLimit();
    int bytes = limit == 0 ? BYTES : Math.min(BYTES, limit / 2);
    return deliveries.stream().map(delivery -> Requests.largeAnswer(delivery, bytes)).toList();
  }
}
