package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * The adapter kit on {@code gcp-pubsub} by streaming pull, with a retry topic, on exactly-once
 * subscriptions. The broker is not cut off: the emulator goes on sending to streams whose
 * connection broke, and nobody gets what it sends there before its lease is over.
 */
@Tag("soak")
class PubSubStreamingKitIT implements AdapterContract {

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
        .name("gcp-pubsub-streaming")
        .setting("pubsub.pull", "streaming")
        .exempt(206, "deliveries are counted where the subscription has a dead-letter policy")
        .build();
  }
}
