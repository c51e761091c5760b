package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * The adapter kit on {@code gcp-pubsub} with a retry topic, on subscriptions with a dead-letter
 * policy and without exactly-once delivery.
 */
@Tag("soak")
class PubSubCountedKitIT implements AdapterContract {

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
        .adapter(true, true, subscription -> subscription)
        .name("gcp-pubsub-counted")
        .broker(server)
        .exempt(204, "Pub/Sub counts a release as a delivery")
        .build();
  }
}
