package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.BackoffStrategy;
import io.batchprocessor.spi.BackoffStrategyProvider;
import io.batchprocessor.testkit.BackoffStrategyContract;
import io.batchprocessor.testkit.ProviderContract;
import java.time.Duration;

class PatientWhenShedKitTest implements BackoffStrategyContract, ProviderContract {

  @Override
  public BackoffStrategy strategy() {
    return new PatientWhenShed(Duration.ofSeconds(30));
  }

  @Override
  public BackoffStrategyProvider provider() {
    return ProviderContract.find(BackoffStrategyProvider.class, "patient-when-shed");
  }
}
