package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The adapter kit on {@code gcp-pubsub} with a retry topic, on exactly-once subscriptions. */
@Tag("soak")
class PubSubRetryTopicKitIT implements AdapterContract {

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
        .adapter(false, true, subscription -> subscription.setEnableExactlyOnceDelivery(true))
        .name("gcp-pubsub-retry-topic")
        .broker(server)
        .exempt(206, "deliveries are counted where the subscription has a dead-letter policy")
        .build();
  }
}
