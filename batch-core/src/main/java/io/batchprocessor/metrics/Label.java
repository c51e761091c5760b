package io.batchprocessor.metrics;

/** The labels of the metrics. The values of each are known before the first request is. */
enum Label {
  /** A request queue; {@link #OTHER} if the processor does not serve it. */
  QUEUE("queue"),
  /** A request queue, or the retry queue. */
  BROKER_QUEUE("queue"),
  /** What that queue has: {@code request} or {@code retry}. */
  KIND("kind"),
  /** The queue whose own gate it is; {@link #ALL} for the gate of all queues of the pool. */
  GATED_QUEUE("queue"),
  /** A worker pool. */
  POOL("pool"),
  /** The name that a gate gives itself. */
  GATE("gate"),
  /** {@code ErrorCode}, in lower case. */
  ERROR_CODE("error_code"),
  /** {@link RetryCause}, in lower case. */
  CAUSE("cause"),
  /** {@link PublishFailure}, in lower case. */
  PUBLISH_CAUSE("cause"),
  /** {@code AttemptOutcome.Kind}, in lower case. */
  OUTCOME("outcome"),
  /** {@code expired} or {@code late}. */
  MISS("miss"),
  /** {@code input} or {@code output}, as OpenTelemetry's {@code gen_ai.token.type} has it. */
  TOKENS("type"),
  /** {@link BrokerOperation}, in lower case. */
  OPERATION("operation"),
  /** {@code waiting} or {@code leased}. */
  HOLD("state"),
  /** {@code Verdict.Kind}, in lower case. */
  DECISION("decision"),
  /** A name that the gate gives; the first {@link GateMeters#MOST_MEASUREMENTS} only. */
  MEASUREMENT("measurement");

  /** The value that what is not known folds into. */
  static final String OTHER = "other";

  /** No queue of any transport is called so. */
  static final String ALL = "*";

  private final String key;

  Label(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }
}
