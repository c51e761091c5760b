package io.batchprocessor.metrics;

import io.batchprocessor.spi.AttemptOutcome;

/** Why an attempt is followed by another. */
enum RetryCause {
  /** 429. */
  SHED,
  /** No answer in time. */
  TIMEOUT,
  /** No connection, or one that broke. */
  CONNECTION,
  /** 408 or 425. */
  HTTP_4XX,
  /** 500. */
  HTTP_500,
  /** 502. */
  HTTP_502,
  /** 503. */
  HTTP_503,
  /** 504. */
  HTTP_504,
  /** Any other answer; or nothing was sent, as a transform failed. */
  OTHER;

  static RetryCause of(AttemptOutcome outcome) {
    if (outcome.kind() == AttemptOutcome.Kind.SHED) {
      return SHED;
    }
    return switch (outcome.statusCode()) {
      case 0 -> outcome.timedOut() ? TIMEOUT : CONNECTION;
      case 408, 425 -> HTTP_4XX;
      case 500 -> HTTP_500;
      case 502 -> HTTP_502;
      case 503 -> HTTP_503;
      case 504 -> HTTP_504;
      default -> OTHER;
    };
  }
}
