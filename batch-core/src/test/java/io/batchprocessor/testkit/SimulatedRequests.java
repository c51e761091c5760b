package io.batchprocessor.testkit;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.AttemptOutcome;
import io.batchprocessor.spi.InferenceResponse;
import io.batchprocessor.spi.RequestView;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests and outcomes, to ask policies and gates about. */
final class SimulatedRequests {

  private SimulatedRequests() {}

  record Request(RequestMessage message, String queue, int attempt) implements RequestView {}

  static RequestView request(int attempt, Instant deadline) {
    return new Request(
        RequestMessage.builder("r1").deadline(deadline).payload("{}").build(), "requests", attempt);
  }

  static RequestView request() {
    return request(1, Instant.now().plus(Duration.ofHours(1)));
  }

  static AttemptOutcome outcome(AttemptOutcome.Kind kind) {
    return switch (kind) {
      case SUCCEEDED -> new AttemptOutcome(kind, answer(200), null, latency(), null);
      case SHED -> new AttemptOutcome(kind, answer(429), "shed", latency(), Duration.ofSeconds(1));
      case FAILED -> new AttemptOutcome(kind, null, "connection reset", latency(), null);
      case REFUSED -> new AttemptOutcome(kind, answer(400), "bad request", latency(), null);
      case ABORTED -> new AttemptOutcome(kind, null, "aborted", latency(), null);
    };
  }

  private static @Nullable InferenceResponse answer(int status) {
    return new InferenceResponse(status, Map.of(), Bytes.utf8("{}"));
  }

  private static Duration latency() {
    return Duration.ofMillis(100);
  }
}
