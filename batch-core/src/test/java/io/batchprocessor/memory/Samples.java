package io.batchprocessor.memory;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.RequestMessage;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Messages and calls that the tests of this package share. */
final class Samples {

  static final Duration LEASE = Duration.ofSeconds(60);
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private Samples() {}

  static List<Bytes> bodies(String... texts) {
    return Arrays.stream(texts).map(Bytes::utf8).toList();
  }

  static List<String> texts(List<Delivery> deliveries) {
    return deliveries.stream().map(delivery -> delivery.body().toUtf8()).toList();
  }

  /** What can be had at once. */
  static List<Delivery> receive(RequestQueue queue, int max) throws InterruptedException {
    return queue.receive(max, Duration.ZERO);
  }

  /** The one message that can be had at once. */
  static Delivery receiveOne(RequestQueue queue) throws InterruptedException {
    List<Delivery> deliveries = receive(queue, 2);
    if (deliveries.size() != 1) {
      throw new AssertionError("expected one delivery, got " + deliveries);
    }
    return deliveries.get(0);
  }

  static RequestMessage request(String id) {
    return RequestMessage.builder(id)
        .deadline(Instant.parse("2100-01-01T00:00:00Z"))
        .payload("{\"prompt\":\"hi\"}")
        .build();
  }

  static ResultMessage answer(String id, String payload) {
    return ResultMessage.builder(id).answer(200, Bytes.utf8(payload)).attempts(1).build();
  }

  static Result result(Delivery delivery, String id) {
    return new Result(delivery, answer(id, "{\"of\":\"" + id + "\"}"));
  }
}
