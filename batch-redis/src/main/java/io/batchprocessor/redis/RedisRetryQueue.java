package io.batchprocessor.redis;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Retry;
import io.batchprocessor.spi.RetryQueue;
import java.util.List;

/**
 * The retry set. What is due moves, by the script of whichever process looks next, to a set for
 * each request queue, and is claimed there: so deployments that share a retry set, but not its
 * request queues, never take each other's requests.
 */
final class RedisRetryQueue extends ClaimingQueue implements RetryQueue {

  private final Settling settling;
  private final MessageFormat format;

  RedisRetryQueue(
      RedisConnections redis,
      RedisConfig config,
      Layout layout,
      Settling settling,
      Cancellations cancellations,
      MessageFormat format,
      byte[] consumer) {
    super(
        config.retryQueue(),
        layout.retries(),
        config.requestQueues(),
        true,
        redis,
        config,
        layout,
        settling,
        cancellations,
        format,
        consumer);
    this.settling = settling;
    this.format = format;
  }

  @Override
  public List<Delivery> schedule(List<Retry> retries) {
    redis().checkOpen();
    return settling.settle(retries.stream().map(format::retry).toList());
  }
}
