package io.batchprocessor.redis;

import io.batchprocessor.message.Bytes;
import io.batchprocessor.spi.DeadLetter;
import io.batchprocessor.spi.Delivery;
import io.batchprocessor.testkit.AdapterUnderTest;
import io.batchprocessor.testkit.Broker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;

/** A Redis that the adapter kit may kill, and what the kit has to know of a transport on it. */
final class KitServer implements Broker, AutoCloseable {

  private final RedisProcess redis = RedisProcess.withAppendOnlyFile();
  private boolean running = true;

  /** A transport with queues of its own. */
  AdapterUnderTest.Builder adapter(String id) {
    String deadLetters = AdapterUnderTest.fresh("dead");
    return AdapterUnderTest.of(id)
        .setting("redis.url", redis.url())
        .setting("redis.retry-queue-name", AdapterUnderTest.fresh("retry"))
        .setting("redis.result-queue-name", AdapterUnderTest.fresh("result"))
        .setting("redis.dead-letter-queue-name", deadLetters)
        .queues(
            "redis.request-queue-name", AdapterUnderTest.fresh("a"), AdapterUnderTest.fresh("b"))
        .deadLetters(transport -> deadLetters(deadLetters));
  }

  /** One whose deliveries have a lease, and survive the broker. */
  AdapterUnderTest.Builder durable(String id) {
    return adapter(id).shortLease("redis.lease", Duration.ofSeconds(1)).broker(this);
  }

  private List<DeadLetter> deadLetters(String stream) {
    try (Jedis cli = redis.cli()) {
      return cli.xrange(stream, "-", "+").stream()
          .map(entry -> deadLetter(entry.getFields()))
          .toList();
    }
  }

  private static DeadLetter deadLetter(Map<String, String> fields) {
    return new DeadLetter(
        Delivery.builder(fields.get("queue"), Bytes.utf8(fields.get("message"))).build(),
        fields.get("reason"));
  }

  @Override
  public void kill() {
    redis.kill();
    running = false;
  }

  @Override
  public void start() {
    if (!running) {
      redis.start();
      running = true;
    }
  }

  @Override
  public void close() {
    redis.close();
  }
}
