package io.batchprocessor.gcp.pubsub;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.List;

/**
 * Requests from subscriptions, results to a topic: durable, at least once, exactly once between
 * broker and processor on a subscription that has it enabled. Producers publish {@code <json>} to
 * the topic of a request subscription; results are read from a subscription to the result topic.
 */
public final class GcpPubSubProvider implements QueueProvider {

  /** Made by the {@link java.util.ServiceLoader}. */
  public GcpPubSubProvider() {}

  @Override
  public String id() {
    return "gcp-pubsub";
  }

  @Override
  public List<Setting<?>> settings() {
    return PubSubSettings.ALL;
  }

  @Override
  public Transport open(Settings settings) {
    return Opening.open(PubSubConfig.of(settings, System.getenv()));
  }
}
