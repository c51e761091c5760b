package io.batchprocessor;

import io.batchprocessor.message.ErrorCode;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.ProcessorState;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What happened so far. */
final class Counters {

  final LongAdder received = new LongAdder();
  final LongAdder dispatched = new LongAdder();
  final LongAdder shed = new LongAdder();
  final LongAdder succeeded = new LongAdder();
  final LongAdder retried = new LongAdder();
  final LongAdder putOff = new LongAdder();
  final LongAdder retriesReceived = new LongAdder();
  final LongAdder released = new LongAdder();
  final LongAdder takenBack = new LongAdder();
  final LongAdder leasesLost = new LongAdder();
  final LongAdder deadLettered = new LongAdder();
  final LongAdder brokerFailures = new LongAdder();
  final LongAdder userCodeFailures = new LongAdder();
  private final Map<ErrorCode, LongAdder> errors = new EnumMap<>(ErrorCode.class);

  Counters() {
    for (ErrorCode code : ErrorCode.values()) {
      errors.put(code, new LongAdder());
    }
  }

  void finished(ResultMessage result) {
    result.errorCode().map(errors::get).orElse(succeeded).increment();
  }

  Stats snapshot(ProcessorState state, int inFlight, int buffered, int settling) {
    long comeBack = retriesReceived.sum() - putOff.sum();
    Map<ErrorCode, Long> errorSums = new EnumMap<>(ErrorCode.class);
    errors.forEach((code, adder) -> errorSums.put(code, adder.sum()));
    return new Stats(
        state,
        received.sum(),
        dispatched.sum(),
        shed.sum(),
        succeeded.sum(),
        errorSums,
        retried.sum(),
        Math.max(0, retried.sum() - comeBack),
        released.sum(),
        takenBack.sum(),
        leasesLost.sum(),
        deadLettered.sum(),
        brokerFailures.sum(),
        userCodeFailures.sum(),
        inFlight,
        buffered,
        settling);
  }
}
