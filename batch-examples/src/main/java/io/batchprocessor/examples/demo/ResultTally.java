package io.batchprocessor.examples.demo;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import java.util.EnumMap;
import java.util.Map;

/** Counts results as a consumer of the result queue sees them. Not for use by several threads. */
final class ResultTally {

  private final Map<ErrorCode, Integer> errors = new EnumMap<>(ErrorCode.class);
  private int answered;
  private int inOneAttempt;

  void add(Bytes json) {
    ResultMessage result = ResultMessage.parse(json);
    if (result.isSuccess()) {
      answered++;
      if (result.attempts() == 1) {
        inOneAttempt++;
      }
    } else {
      errors.merge(result.errorCode().orElse(ErrorCode.INFERENCE_ERROR), 1, Integer::sum);
    }
  }

  int total() {
    return answered + errors.values().stream().mapToInt(Integer::intValue).sum();
  }

  int answered() {
    return answered;
  }

  /** Of the answered, those that needed no retry. */
  int inOneAttempt() {
    return inOneAttempt;
  }

  /** By code; only codes that came. */
  Map<ErrorCode, Integer> errors() {
    return errors;
  }
}
