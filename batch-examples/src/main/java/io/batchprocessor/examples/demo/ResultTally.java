package io.batchprocessor.examples.demo;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.message.TokenUsage;
import java.util.EnumMap;
import java.util.Map;

/** Counts results as a consumer of the result queue sees them. Not for use by several threads. */
final class ResultTally {

  private final Map<ErrorCode, Integer> errors = new EnumMap<>(ErrorCode.class);
  private int answered;
  private int inOneAttempt;
  private long tokens;

  void add(Bytes json) {
    ResultMessage result = ResultMessage.parse(json);
    if (result.isSuccess()) {
      answered++;
      tokens += result.payload().flatMap(TokenUsage::of).map(TokenUsage::output).orElse(0L);
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

  /** Tokens of the answers. */
  long tokens() {
    return tokens;
  }

  /** By code; only codes that came. */
  Map<ErrorCode, Integer> errors() {
    return errors;
  }
}
