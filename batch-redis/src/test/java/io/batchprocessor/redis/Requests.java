package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.message.ResultMessage;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.RequestQueue;
import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Messages and settings for tests. */
final class Requests {

  static final Duration PATIENCE = Duration.ofSeconds(10);
  static final Duration NOW = Duration.ZERO;

  private Requests() {}

  static Bytes request(String id) {
    return request(id, 9_999_999_999L);
  }

  static Bytes request(String id, long deadline) {
    return Bytes.utf8(
        "{\"id\": \"%s\", \"deadline\": %d, \"payload\": {\"n\": 12345678901234567890}}"
            .formatted(id, deadline));
  }

  static Result answer(Delivery delivery) {
    return new Result(
        delivery,
        ResultMessage.builder(id(delivery)).answer(200, Bytes.utf8("{\"ok\":true}")).build());
  }

  /** The id in a body made here. */
  static String id(Delivery delivery) {
    return id(delivery.body());
  }

  static String id(Bytes message) {
    return message.toUtf8().replaceFirst("(?s).*?\"id\"\\s*:\\s*\"([^\"]*)\".*", "$1");
  }

  static List<String> ids(List<Delivery> deliveries) {
    return deliveries.stream().map(Requests::id).toList();
  }

  static Delivery one(RequestQueue queue) throws InterruptedException {
    List<Delivery> deliveries = queue.receive(1, PATIENCE);
    if (deliveries.size() != 1) {
      throw new AssertionError("nothing came out of " + queue.name());
    }
    return deliveries.get(0);
  }

  static RedisTransport open(QueueProvider provider, String url, String... settings) {
    Map<String, String> values = new HashMap<>();
    values.put("redis.url", url);
    for (int i = 0; i < settings.length; i += 2) {
      values.put(settings[i], settings[i + 1]);
    }
    return (RedisTransport) provider.open(Settings.of(provider.settings(), values));
  }
}
