package io.batchprocessor.redis;

/**
 * The three transports, with what their settings are by default.
 *
 * <p>No key is shared by two of them, unless they hold the same type of value under it.
 */
enum Kind {
  CHANNELS(
      "redis-pubsub",
      ResultType.CHANNEL,
      "batch-queue",
      "batch-sortedset-retry",
      "batch-queue-result",
      "batch-queue-dead-letter"),
  SORTED_SET(
      "redis-sortedset",
      ResultType.LIST,
      "batch-queue",
      "batch-sortedset-retry",
      "batch-queue-result",
      "batch-queue-dead-letter"),
  STREAMS(
      "redis-streams",
      ResultType.STREAM,
      "batch-stream",
      "batch-stream-retry",
      "batch-stream-result",
      "batch-stream-dead-letter");

  private final String id;
  private final ResultType resultType;
  private final String requestQueue;
  private final String retryQueue;
  private final String resultQueue;
  private final String deadLetterQueue;

  Kind(
      String id,
      ResultType resultType,
      String requestQueue,
      String retryQueue,
      String resultQueue,
      String deadLetterQueue) {
    this.id = id;
    this.resultType = resultType;
    this.requestQueue = requestQueue;
    this.retryQueue = retryQueue;
    this.resultQueue = resultQueue;
    this.deadLetterQueue = deadLetterQueue;
  }

  /** What a configuration calls it. */
  String id() {
    return id;
  }

  ResultType resultType() {
    return resultType;
  }

  String requestQueue() {
    return requestQueue;
  }

  String retryQueue() {
    return retryQueue;
  }

  String resultQueue() {
    return resultQueue;
  }

  String deadLetterQueue() {
    return deadLetterQueue;
  }
}
