package io.batchprocessor.memory;

import io.batchprocessor.message.ResultMessage;
import java.util.concurrent.CompletableFuture;

/**
 * What {@code submit} gave its caller. It travels with the message, so that it finds its result
 * without an id, which need not be unique.
 *
 * <p>Completing it runs the caller's code: never under the lock.
 */
final class PendingResult extends CompletableFuture<ResultMessage> {

  private final String id;
  private volatile boolean answered;

  PendingResult(String id) {
    this.id = id;
  }

  /** The result is there. */
  void answer(ResultMessage result) {
    answered = true;
    complete(result);
  }

  /** There will be no result. */
  void fail(String reason) {
    answered = true;
    completeExceptionally(
        new IllegalStateException("request '%s' has no result: %s".formatted(id, reason)));
  }

  /** Whether the caller ended it: cancelled it, or let it time out. */
  boolean isAbandoned() {
    return isDone() && !answered;
  }

  /** What depends on it is an ordinary future: cancelling that does not cancel the request. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
