package io.batchprocessor.redis;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.List;

/**
 * Requests in streams, read by a consumer group: durable, one result for each request, in order of
 * arrival. Producers write {@code XADD <stream> * message <json>}; results are read from a stream.
 */
public final class RedisStreamsProvider implements QueueProvider {

  /** Made by the {@link java.util.ServiceLoader}. */
  public RedisStreamsProvider() {}

  @Override
  public String id() {
    return Kind.STREAMS.id();
  }

  @Override
  public List<Setting<?>> settings() {
    return RedisSettings.of(Kind.STREAMS);
  }

  @Override
  public Transport open(Settings settings) {
    return RedisTransport.open(Kind.STREAMS, settings);
  }
}
