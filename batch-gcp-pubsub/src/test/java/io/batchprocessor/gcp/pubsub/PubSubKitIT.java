package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.testkit.AdapterContract;
import io.batchprocessor.testkit.AdapterUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The adapter kit on {@code gcp-pubsub} with nothing but what Pub/Sub users have anyway. */
class PubSubKitIT implements AdapterContract {

  private static final String IN_ONE_PROCESS =
      "without a retry topic retries wait in the process that scheduled them; after it they come"
          + " back through their request queue";

  private static KitServer server;

  @BeforeAll
  static void startServer() {
    server = new KitServer();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** What these rules ask of request queues is tested with a retry topic. */
  @Override
  public AdapterUnderTest adapter() {
    AdapterUnderTest.Builder adapter =
        server.adapter(
            false, false, subscription -> subscription.setEnableExactlyOnceDelivery(true));
    for (int rule : new int[] {105, 204, 206, 207, 208, 209, 215, 219, 301, 307}) {
      adapter.exempt(rule, IN_ONE_PROCESS);
    }
    return adapter.broker(server).build();
  }
}
