package io.batchprocessor;

import io.batchprocessor.GatewayTarget.Outgoing;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.RequestBody;
import io.batchprocessor.spi.Transformed;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What comes before an attempt: the transforms say what is sent, or that nothing is. */
final class Preparation {

  /** A transform that fails at everything must not keep the queues busy. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private final RetryPlanner planner;
  private final Consumer<Outcome> settle;

  Preparation(RetryPlanner planner, Consumer<Outcome> settle) {
    this.planner = planner;
    this.settle = settle;
  }

  /** What to send for a request that has a permit; null if it ended, or comes back later. */
  @Nullable Outgoing outgoing(HeldRequest request) {
    QueueBuffer buffer = request.buffer();
    Outgoing plain = buffer.target().outgoing(request.message());
    try {
      Transformed transformed = buffer.transforms().apply(request, plain.uri(), plain.body());
      if (transformed instanceof Transformed.Rejected rejected) {
        end(request, Outcome.Finished.of(request, Results.rejected(request, rejected)));
        return null;
      }
      return plain.with((RequestBody) transformed);
    } catch (GuardedTransform.Failure e) {
      AttemptOutcome outcome =
          new AttemptOutcome(
              AttemptOutcome.Kind.FAILED, null, e.getMessage(), Duration.ZERO, null, e);
      end(request, planner.again(request, outcome, AFTER_FAILURE));
      return null;
    }
  }

  private void end(HeldRequest request, Outcome outcome) {
    if (request.decideInBuffer()) {
      settle.accept(outcome);
    }
  }
}
