import io.batchprocessor.redis.RedisPubSubProvider;
import io.batchprocessor.redis.RedisSortedSetProvider;
import io.batchprocessor.redis.RedisStreamsProvider;
import io.batchprocessor.spi.QueueProvider;

/** Transports over Redis: channels, sorted sets, streams; and gates that ask Redis. */
@SuppressWarnings("requires-automatic")
module io.batchprocessor.redis {
  requires transitive io.batchprocessor.core;
  requires com.fasterxml.jackson.core;
  requires org.apache.commons.pool2;
  requires org.slf4j;
  requires redis.clients.jedis;
  requires static org.jspecify;

  exports io.batchprocessor.redis;

  provides io.batchprocessor.spi.DispatchGateProvider with
      io.batchprocessor.redis.RedisGateProviders.BudgetProvider,
      io.batchprocessor.redis.RedisGateProviders.QuotaProvider;
  provides QueueProvider with
      RedisPubSubProvider,
      RedisSortedSetProvider,
      RedisStreamsProvider;
}
