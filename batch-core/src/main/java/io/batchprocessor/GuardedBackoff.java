package io.batchprocessor;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.RetryContext;
import java.time.Duration;

/** A backoff strategy that may fail: the default goes instead. */
final class GuardedBackoff implements BackoffStrategy {

  private final BackoffStrategy strategy;
  private final BackoffStrategy fallback;
  private final UserCode userCode;

  GuardedBackoff(BackoffStrategy strategy, BackoffStrategy fallback, UserCode userCode) {
    this.strategy = strategy;
    this.fallback = fallback;
    this.userCode = userCode;
  }

  @Override
  public Duration delay(RetryContext context) {
    try {
      Duration delay = strategy.delay(context);
      if (delay != null && !delay.isNegative()) {
        return delay;
      }
      failed(new IllegalStateException("returned " + delay));
    } catch (Throwable e) {
      failed(e);
    }
    return fallback.delay(context);
  }

  private void failed(Throwable fault) {
    userCode.failed(
        "backoff strategy " + strategy.getClass().getName(),
        "exponential backoff goes instead",
        fault);
  }
}
