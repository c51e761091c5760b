package io.batchprocessor.examples.embedding;

import io.batchprocessor.spi.BatchListenerProvider;
import io.batchprocessor.testkit.ProviderContract;

class SlowAnswerListenerKitTest implements ProviderContract {

  @Override
  public BatchListenerProvider provider() {
    return ProviderContract.find(BatchListenerProvider.class, "slow-answers");
  }
}
