package io.batchprocessor;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.spi.Delivery;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.LongSupplier;

/** Requests to test with. */
final class Samples {

  static final URI ENDPOINT = URI.create("http://gateway.test:8000/v1/completions");

  private Samples() {}

  /** A request that has an hour. */
  static RequestMessage request(String id) {
    return request(id, Duration.ofHours(1));
  }

  static RequestMessage request(String id, Duration timeLeft) {
    return builder(id, Instant.now().plus(timeLeft)).build();
  }

  static RequestMessage.Builder builder(String id, Instant deadline) {
    return RequestMessage.builder(id).deadline(deadline).payload("{\"prompt\":\"" + id + "\"}");
  }

  /** A request on its way through the engine, which nobody has received. */
  static HeldRequest held(RequestMessage message, int attempt) {
    return held(message, attempt, buffer("requests"));
  }

  static HeldRequest held(RequestMessage message, int attempt, QueueBuffer buffer) {
    Delivery delivery =
        Delivery.builder(buffer.name(), message.toJson())
            .attempt(attempt)
            .attributes(Map.of())
            .build();
    return new HeldRequest(delivery, new NoQueue(buffer.name()), message, buffer, 0, 0);
  }

  static HeldRequest held(String id) {
    return held(request(id), 1);
  }

  static QueueBuffer buffer(String queue) {
    return buffer(QueueConfig.of(queue), System::nanoTime);
  }

  static QueueBuffer buffer(QueueConfig config, LongSupplier ticker) {
    return new QueueBuffer(
        config,
        new GatewayTarget(ENDPOINT, null, Authorization.none()),
        TransformChain.NONE,
        openGate(),
        8,
        ticker);
  }

  static QueueGates openGate() {
    return QueueGates.of(
        null, new GuardedGate(new OpenGate(), new UserCode(new Counters(), System::nanoTime)));
  }

  static Bytes json(RequestMessage message) {
    return message.toJson();
  }
}
