package io.batchprocessor;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Transformed;
import io.batchprocessor.spi.Verdict;

/** Results of requests that end without an answer. */
final class Results {

  private Results() {}

  static ResultMessage.Builder of(HeldRequest request, int attempts) {
    return of(request.message(), attempts);
  }

  private static ResultMessage.Builder of(RequestMessage request, int attempts) {
    return ResultMessage.builder(request.id()).attempts(attempts).metadata(request.metadata());
  }

  /** The deadline passed while the request waited for its next attempt. */
  static ResultMessage expired(HeldRequest request) {
    return expired(request.message(), request.attempt());
  }

  /**
   * The deadline passed while a request waited.
   *
   * @param attempt what it waited for
   */
  static ResultMessage expired(RequestMessage request, int attempt) {
    int attempts = attempt - 1;
    return of(request, attempts)
        .error(
            ErrorCode.DEADLINE_EXCEEDED,
            attempts == 0
                ? "deadline exceeded before the first attempt"
                : "deadline exceeded while waiting for attempt " + attempt)
        .build();
  }

  /** The deadline passed while the gateway worked on it. */
  static ResultMessage expiredInFlight(HeldRequest request) {
    return of(request, request.attempt())
        .error(
            ErrorCode.DEADLINE_EXCEEDED,
            "deadline exceeded while attempt %d was in flight".formatted(request.attempt()))
        .build();
  }

  static ResultMessage cancelled(HeldRequest request, int attempts) {
    return of(request, attempts).error(ErrorCode.CANCELLED, "cancelled").build();
  }

  static ResultMessage rejected(HeldRequest request, Transformed.Rejected rejected) {
    return of(request, request.attempt() - 1)
        .error(ErrorCode.INVALID_REQUEST, rejected.reason())
        .build();
  }

  static ResultMessage dropped(HeldRequest request, Verdict.Drop drop) {
    return of(request, request.attempt() - 1)
        .statusCode(drop.statusCode())
        .error(ErrorCode.GATE_DROPPED, drop.reason())
        .build();
  }
}
