package io.batchprocessor.redis;

import io.batchprocessor.spi.Result;
import io.batchprocessor.spi.ResultQueue;
import java.util.List;

/** Results that are stored without their request being acknowledged: see {@code settle.lua}. */
final class RedisResultQueue implements ResultQueue {

  /** What Redis takes in one string, {@code proto-max-bulk-len} by default. */
  private static final int LONGEST_RESULT = 512 << 20;

  private final RedisConnections redis;
  private final Settling settling;
  private final MessageFormat format;

  RedisResultQueue(RedisConnections redis, Settling settling, MessageFormat format) {
    this.redis = redis;
    this.settling = settling;
    this.format = format;
  }

  @Override
  public void publish(List<Result> results) {
    redis.checkOpen();
    settling.store(steps(results));
  }

  /** How to store these results. */
  List<Step> steps(List<Result> results) {
    return results.stream().map(this::step).toList();
  }

  private Step step(Result result) {
    Step step = format.result(result);
    if (step.size() > LONGEST_RESULT) {
      throw step.rejected(
          "the result has %d bytes, Redis takes %d".formatted(step.size(), LONGEST_RESULT));
    }
    return step;
  }
}
