package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import org.jspecify.annotations.Nullable;

/** What was decided for a message, to be stored by the settler. */
sealed interface Outcome {

  HeldMessage held();

  /** How much of the heap it keeps until it is stored. */
  default long bytes() {
    return held().delivery().body().length();
  }

  /**
   * It ends with this result.
   *
   * @param request null if the message could not be understood
   */
  record Finished(HeldMessage held, @Nullable HeldRequest request, ResultMessage result)
      implements Outcome {

    static Finished of(HeldRequest request, ResultMessage result) {
      return new Finished(request, request, result);
    }

    @Override
    public long bytes() {
      return Outcome.super.bytes() + result.payload().orElse(Bytes.EMPTY).length();
    }

    Finished with(ResultMessage other) {
      return new Finished(held, request, other);
    }
  }

  /** It comes back later: {@code attempt} as it will be then. */
  record Retried(HeldMessage held, @Nullable HeldRequest request, long dueNanos, int attempt)
      implements Outcome {

    /** False if the same attempt is only put off. */
    boolean isFurtherAttempt() {
      return attempt > held.delivery().attempt();
    }
  }

  /** It goes back to the broker as it came. */
  record Released(HeldMessage held, @Nullable HeldRequest request, String reason)
      implements Outcome {}

  /** Nobody can be told about it. */
  record DeadLettered(HeldMessage held, String reason) implements Outcome {}
}
