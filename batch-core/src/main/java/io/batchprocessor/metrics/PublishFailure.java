package io.batchprocessor.metrics;

/** What becomes of results that could not be published. */
enum PublishFailure {
  /** The call is repeated until it succeeds. */
  RETRIED,
  /** The broker will never take it. */
  REFUSED
}
