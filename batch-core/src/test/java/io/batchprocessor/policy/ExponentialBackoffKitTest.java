package io.batchprocessor.policy;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.testkit.BackoffStrategyContract;
import io.batchprocessor.testkit.ProviderContract;

class ExponentialBackoffKitTest implements BackoffStrategyContract, ProviderContract {

  @Override
  public BackoffStrategy strategy() {
    return ExponentialBackoff.builder().build();
  }

  @Override
  public BackoffStrategyProvider provider() {
    return ProviderContract.find(BackoffStrategyProvider.class, "exponential");
  }
}
