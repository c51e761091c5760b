package io.batchprocessor.message;

/**
 * Why a request ended without an answer of the model: {@code error_code} in a {@link
 * ResultMessage}.
 */
public enum ErrorCode {
  /** The deadline passed, or no further attempt could have begun before it. */
  DEADLINE_EXCEEDED,
  /** The message itself is at fault: the error names the field. */
  INVALID_REQUEST,
  /** The gateway's answer was final and no success, or attempts ran out. */
  INFERENCE_ERROR,
  /** Cancelled by id. */
  CANCELLED,
  /** A dispatch gate dropped it. */
  GATE_DROPPED,
  /** Handed out too often without being settled: it is suspected of killing its process. */
  ABANDONED,
  /**
   * The result queue refused the result for good, as one that is too large; this took its place.
   */
  RESULT_REFUSED
}
