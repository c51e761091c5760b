package io.batchprocessor.redis;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.List;

/**
 * Requests over channels: ephemeral. What is published while nobody listens is lost, and so is what
 * a process holds when it crashes; retries are in Redis and survive. Producers write {@code PUBLISH
 * <queue> <json>}; results are published on a channel.
 */
public final class RedisPubSubProvider implements QueueProvider {

  /** Made by the {@link java.util.ServiceLoader}. */
  public RedisPubSubProvider() {}

  @Override
  public String id() {
    return Kind.CHANNELS.id();
  }

  @Override
  public List<Setting<?>> settings() {
    return RedisSettings.of(Kind.CHANNELS);
  }

  @Override
  public Transport open(Settings settings) {
    return RedisTransport.open(Kind.CHANNELS, settings);
  }
}
