package io.batchprocessor.metrics;

import java.util.stream.Stream;

/** What was asked of the broker, as {@code BatchListener.brokerFailed} words it. */
enum BrokerOperation {
  /** Taking requests. */
  RECEIVE("receive from "),
  /** Storing results, with their acknowledgement where that is one step. */
  PUBLISH("store results"),
  /** Acknowledging requests. */
  ACKNOWLEDGE("acknowledge to "),
  /** Storing retries. */
  RETRY("schedule retries"),
  /** Handing requests back. */
  RELEASE("release to "),
  /** Extending leases. */
  EXTEND("extend leases of "),
  /** Putting messages into the dead-letter queue. */
  DEAD_LETTER("dead-letter"),
  /** Looking for requests that were cancelled. */
  CANCELLED("look up cancellations"),
  /** Looking for what waits. */
  BACKLOG("look up backlogs"),
  /** Anything else. */
  OTHER("");

  private final String beginning;

  BrokerOperation(String beginning) {
    this.beginning = beginning;
  }

  static BrokerOperation of(String operation) {
    return operation.equals("publish results")
        ? PUBLISH
        : Stream.of(values())
            .filter(candidate -> operation.startsWith(candidate.beginning))
            .findFirst()
            .orElse(OTHER);
  }
}
