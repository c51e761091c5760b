package io.batchprocessor.redis;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The adapter kit on {@code redis-sortedset}. */
class RedisSortedSetKitIT implements AdapterContract {

  private static KitServer server;

  @BeforeAll
  static void startServer() {
    server = new KitServer();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  public AdapterUnderTest adapter() {
    return server
        .durable("redis-sortedset")
        .exempt(304, "due retries come by their deadlines")
        .build();
  }
}
