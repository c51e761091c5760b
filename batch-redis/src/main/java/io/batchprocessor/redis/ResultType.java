package io.batchprocessor.redis;

/** What the result queue is in Redis. */
enum ResultType {
  /** {@code PUBLISH}: who does not listen misses it. */
  CHANNEL("none"),
  /** {@code LPUSH}, to be read by {@code BRPOP}. */
  LIST("list"),
  /** {@code XADD <result> * message <json>}. */
  STREAM("stream");

  private final String keyType;

  ResultType(String keyType) {
    this.keyType = keyType;
  }

  /** What {@code TYPE} says of such a key. */
  String keyType() {
    return keyType;
  }
}
