package io.batchprocessor.policy;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.testkit.BackoffStrategyContract;
import io.batchprocessor.testkit.ProviderContract;
import java.time.Duration;

class FixedBackoffKitTest implements BackoffStrategyContract, ProviderContract {

  @Override
  public BackoffStrategy strategy() {
    return FixedBackoff.of(Duration.ofSeconds(1));
  }

  @Override
  public BackoffStrategyProvider provider() {
    return ProviderContract.find(BackoffStrategyProvider.class, "fixed");
  }
}
