package io.batchprocessor.examples.harvest;

import io.batchprocessor.examples.gateway.Sequence;
import io.batchprocessor.spi.Permit;
import org.jspecify.annotations.Nullable;

/** One request of the batch side, on its way until it is answered. */
final class BatchRequest {

  final long ticket;
  final int promptTokens;
  final int answerTokens;
  final long deadlineNanos;
  int attempts;
  long dispatchedNanos;
  @Nullable Sequence sequence;
  @Nullable Permit permit;

  BatchRequest(long ticket, int promptTokens, int answerTokens, long deadlineNanos) {
    this.ticket = ticket;
    this.promptTokens = promptTokens;
    this.answerTokens = answerTokens;
    this.deadlineNanos = deadlineNanos;
  }
}
