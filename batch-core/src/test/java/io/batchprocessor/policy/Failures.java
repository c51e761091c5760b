package io.batchprocessor.policy;

import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.RequestView;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;
import java.time.Instant;

/** Requests whose n-th attempt has failed. */
final class Failures {

  private static final RequestMessage MESSAGE =
      RequestMessage.builder("r-1").deadline(Instant.MAX).payload("{}").build();

  private Failures() {}

  static RetryContext ofAttempt(int attempt) {
    return new RetryContext(
        attempt,
        new Request(MESSAGE, "requests", attempt),
        new AttemptOutcome(AttemptOutcome.Kind.SHED, null, "shed", Duration.ZERO, null));
  }

  private record Request(RequestMessage message, String queue, int attempt)
      implements RequestView {}
}
