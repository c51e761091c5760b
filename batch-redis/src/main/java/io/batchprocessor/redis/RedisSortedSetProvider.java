package io.batchprocessor.redis;

import io.batchprocessor.spi.QueueProvider;
import io.batchprocessor.spi.Setting;
import io.batchprocessor.spi.Settings;
import io.batchprocessor.spi.Transport;
import java.util.List;

/**
 * Requests in sorted sets, the earliest deadline first: durable, one result for each request.
 * Producers write {@code ZADD <queue> <deadline> <json>}; results are read by {@code BRPOP}.
 */
public final class RedisSortedSetProvider implements QueueProvider {

  /** Made by the {@link java.util.ServiceLoader}. */
  public RedisSortedSetProvider() {}

  @Override
  public String id() {
    return Kind.SORTED_SET.id();
  }

  @Override
  public List<Setting<?>> settings() {
    return RedisSettings.of(Kind.SORTED_SET);
  }

  @Override
  public Transport open(Settings settings) {
    return RedisTransport.open(Kind.SORTED_SET, settings);
  }
}
